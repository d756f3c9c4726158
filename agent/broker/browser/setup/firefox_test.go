package setup

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestOthersPolicyForFirefoxOutlivesOurs(t *testing.T) {
	for name, theirs := range map[string]string{
		"nothing of ours": `{"policies":{"DisableTelemetry":true,"Number":12345678901234567890}}`,
		"a shared list":   `{"policies":{"Authentication":{"SPNEGO":["other.example"]},"SecurityDevices":{"Add":{"Other":"/other.so"}}}}`,
		"an empty list":   `{"policies":{"Authentication":{"SPNEGO":[]},"Preferences":{}}}`,
		"our own server":  `{"policies":{"Authentication":{"SPNEGO":["kommun.example"]}}}`,
		"no policy":       `{}`,
	} {
		t.Run(name, func(t *testing.T) {
			c := computer(t)
			path := filepath.Join(c.Root, firefoxFile)
			put(t, path, theirs)
			apply(t, c.Install)
			apply(t, c.Install)
			with, err := os.ReadFile(path)
			if err != nil || !strings.Contains(string(with), clientModule) || strings.Count(string(with), "kommun.example") != 1 {
				t.Errorf("with ours: %s, %v", with, err)
			}
			apply(t, c.Remove)
			after, err := os.ReadFile(path)
			if err != nil || squeeze(string(after)) != squeeze(theirs) {
				t.Errorf("after: %s, %v", after, err)
			}
		})
	}
}

func squeeze(s string) string { return strings.Join(strings.Fields(s), "") }

func TestModulesOfTheOlderFormStayWithOurs(t *testing.T) {
	c := computer(t)
	path := filepath.Join(c.Root, firefoxFile)
	put(t, path, `{"policies":{"SecurityDevices":{"Other":"/other.so"}}}`)
	apply(t, c.Install)
	apply(t, c.Remove)
	if got, err := os.ReadFile(path); err != nil || squeeze(string(got)) != `{"policies":{"SecurityDevices":{"Add":{"Other":"/other.so"}}}}` {
		t.Errorf("%s, %v", got, err)
	}
}

func TestAnothersWordIsKeptAndTold(t *testing.T) {
	c := computer(t)
	path := filepath.Join(c.Root, firefoxFile)
	const theirs = `{"policies":{"Preferences":{"security.default_personal_cert":{"Value":"Ask Every Time","Status":"locked"}}}}`
	put(t, path, theirs)
	p := apply(t, c.Install)
	if len(p.Notes) != 1 || p.Notes[0].Kind != KeptOther || p.Notes[0].Detail != "security.default_personal_cert" {
		t.Errorf("%v", p.Notes)
	}
	if got, _ := os.ReadFile(path); strings.Contains(string(got), "Select Automatically") {
		t.Errorf("%s", got)
	}
}

func TestAPolicyFileThatIsNotUnderstoodIsLeftAlone(t *testing.T) {
	for name, broken := range map[string]string{
		"no JSON":          "{\n\"policies\": {,}}",
		"two documents":    `{} {}`,
		"no object":        `[]`,
		"null":             `null`,
		"a list of others": `{"policies":{"Authentication":{"SPNEGO":"one"}}}`,
		"an odd parent":    `{"policies":7}`,
	} {
		c := computer(t)
		path := filepath.Join(c.Root, firefoxFile)
		put(t, path, broken)
		_, err := c.Install()
		var wrong *FirefoxError
		if !errors.As(err, &wrong) || wrong.Path != path {
			t.Errorf("%s: %v", name, err)
		}
		if got, _ := os.ReadFile(path); string(got) != broken {
			t.Errorf("%s: it became %s", name, got)
		}
	}
}

func FuzzPolicyOfOthers(f *testing.F) {
	f.Add([]byte(`{"policies":{"Authentication":{"SPNEGO":["a"]},"SecurityDevices":{"x":"/y"}}}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		doc, err := parseObject(data)
		if err != nil {
			return
		}
		before, err := marshal(doc)
		if err != nil {
			t.Fatal(err)
		}
		claims := []claim{
			{Path: choosesPath(), Value: choosesByItself()},
			{Path: []string{"policies", "Authentication", "SPNEGO"}, Item: true, Value: "ours.example"},
		}
		var did []claim
		for _, c := range claims {
			more, err := c.put(doc)
			if err != nil {
				return
			}
			did = append(did, more...)
		}
		takeBack(doc, did)
		if after, err := marshal(doc); err != nil || string(after) != string(before) {
			t.Errorf("%s became %s, %v", before, after, err)
		}
	})
}
