package system

// Programs returns the files of the programs that a kind is known to be used with, on Debian, Ubuntu, Red Hat and Windows.
// A browser from a snap or a flatpak has no fixed path; a rule for it names its label or its file.
func Programs(k Kind) []string {
	switch k {
	case TLS:
		return []string{
			"/usr/lib/chromium/chromium", "/usr/lib64/chromium-browser/chromium-browser", "/opt/google/chrome/chrome",
			"/opt/microsoft/msedge/msedge", "/usr/lib/firefox-esr/firefox-esr", "/usr/lib/firefox/firefox", "/usr/lib64/firefox/firefox",
			`C:\Program Files\Google\Chrome\Application\chrome.exe`, `C:\Program Files (x86)\Microsoft\Edge\Application\msedge.exe`,
			`C:\Program Files\Mozilla Firefox\firefox.exe`,
		}
	case Kerberos:
		return []string{"/usr/bin/kinit"}
	case SSH:
		return []string{
			"/usr/bin/ssh", "/usr/bin/ssh-add", "/usr/bin/ssh-keygen", "/usr/lib/openssh/ssh-pkcs11-helper",
			"/usr/libexec/openssh/ssh-pkcs11-helper", `C:\Windows\System32\OpenSSH\ssh.exe`,
		}
	}
	return nil
}
