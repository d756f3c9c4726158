package text

import "testing"

func TestTheLanguageFollowsTheLocaleVariables(t *testing.T) {
	cases := map[string]struct {
		env  map[string]string
		want Lang
	}{
		"Swedish with a character set":              {map[string]string{"LANG": "sv_SE.UTF-8"}, SV},
		"Swedish of Finland":                        {map[string]string{"LANG": "sv_FI"}, SV},
		"a Windows language tag":                    {map[string]string{"LANG": "SV-se"}, SV},
		"nothing set":                               {nil, EN},
		"the C locale":                              {map[string]string{"LANG": "C"}, EN},
		"another language":                          {map[string]string{"LANG": "de_DE.UTF-8"}, EN},
		"LC_ALL before LANG":                        {map[string]string{"LC_ALL": "C", "LANG": "sv_SE.UTF-8"}, EN},
		"LC_MESSAGES before LANG":                   {map[string]string{"LC_MESSAGES": "sv_SE", "LANG": "en_GB"}, SV},
		"LC_ALL before LC_MESSAGES":                 {map[string]string{"LC_ALL": "sv_SE", "LC_MESSAGES": "en_GB"}, SV},
		"an empty LC_ALL leaves the choice to LANG": {map[string]string{"LC_ALL": "", "LANG": "sv_SE"}, SV},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			if got := FromEnv(func(k string) string { return c.env[k] }); got != c.want {
				t.Errorf("got %s, want %s", got, c.want)
			}
		})
	}
}
