package pamtest

// Stack is one way to put the module before others.
type Stack struct {
	Lines  []string
	LetsIn map[int]bool // the module's codes after which the stack lets in on purpose
}

// Stacks are what administrators write, and what they should not. In the lines MODULE and SERVICES are as in Service.
func Stacks() map[string]Stack {
	proof := map[int]bool{Success: true}
	return map[string]Stack{
		"required, then permit":                      {[]string{"auth required MODULE", "auth required pam_permit.so"}, proof},
		"requisite, then permit":                     {[]string{"auth requisite MODULE", "auth required pam_permit.so"}, proof},
		"required, then optional permit":             {[]string{"auth required MODULE", "auth optional pam_permit.so"}, proof},
		"required, then sufficient permit":           {[]string{"auth required MODULE", "auth sufficient pam_permit.so"}, proof},
		"sufficient, then deny":                      {[]string{"auth sufficient MODULE", "auth required pam_deny.so"}, proof},
		"done or ignored, then deny":                 {[]string{"auth [success=done default=ignore] MODULE", "auth requisite pam_deny.so", "auth required pam_permit.so"}, proof},
		"as pam-auth-update writes it":               {[]string{"auth [success=1 default=ignore] MODULE", "auth requisite pam_deny.so", "auth required pam_permit.so"}, proof},
		"done or die, then permit":                   {[]string{"auth [success=done default=die] MODULE", "auth required pam_permit.so"}, proof},
		"ok or bad, then permit":                     {[]string{"auth [success=ok default=bad] MODULE", "auth required pam_permit.so"}, proof},
		"the one that PAM_IGNORE opens":              {[]string{"auth [success=ok ignore=ignore default=bad] MODULE", "auth required pam_permit.so"}, proof},
		"the one that ends in ours":                  {[]string{"auth required pam_permit.so", "auth required MODULE"}, proof},
		"included, then permit":                      {[]string{"auth include SERVICES/siths", "auth required pam_permit.so"}, proof},
		"a substack, then permit":                    {[]string{"auth substack SERVICES/siths", "auth required pam_permit.so"}, proof},
		"a password only where there is no card":     {[]string{"auth [success=done authinfo_unavail=ignore default=die] MODULE", "auth required pam_permit.so"}, map[int]bool{Success: true, AuthinfoUnavail: true}},
		"a password where the card maps to nobody":   {[]string{"auth [success=done user_unknown=ignore default=die] MODULE", "auth required pam_permit.so"}, map[int]bool{Success: true, UserUnknown: true}},
		"ignored on PAM_IGNORE only, which is never": {[]string{"auth [success=done ignore=ignore default=die] MODULE", "auth required pam_permit.so"}, proof},
	}
}
