package diag

import "strings"

// readerVocabulary are the words that makers put into the names of readers, in small letters (CCID driver's list of readers).
func readerVocabulary() []string {
	return strings.Fields(`virtual pcd acs acr38 acr38u acr39 acr39u acr39u-i1 acr1252 acr1281 alcor micro au9540 au9560 advanced
		broadcom corp bcm5880 58200 cherry gmbh st-1144 st-2000 st-1144ub kc 1000 sc smartterminal dell lenovo hp usb usb-c
		gemalto gemplus gemalto's thales idbridge ct30 ct40 ct710 ct1100 k30 k50 pinpad pin pad twin pc pc/sc pcsc generic hid global omnikey
		aviator 3021 3121 3x21 5022 5025 5122 5127 5321 5421 5422 6121 6321 ck identiv scm microsystems inc inc. scr scr3310 scr3310v2
		scr331 scr3500 scr335 utrust 3700 2700 f r cloud fujitsu keyboard kb realtek rts5169 yubico yubikey otp fido ccid nitrokey
		reader readers card smart smartcard smart-card contact contactless cl interface slot sam cryptoki logitech o2 o2micro ingenico
		vasco digipass onespan 905 920 925 xiring leo rev v2 v3 windows remote desktop redirected`)
}

// kinds are the card products that the service tells apart.
func kinds() []string { return []string{"IDPrime", "Telia EID IP5a"} }

// modules are PKCS#11 modules that are in use with SITHS cards, and those of tests.
func modules() []string {
	return []string{"opensc-pkcs11.so", "onepin-opensc-pkcs11.so", "libIDPrimePKCS11.so", "libeToken.so", "libeTPkcs11.so", "libiidp11.so",
		"libsofthsm2.so", "p11-kit-proxy.so", "p11-kit-client.so", "libykcs11.so", "opensc-pkcs11.dll", "eTPKCS11.dll", "iidp11.dll"}
}

// rivals are programs, by the kernel's short names, and services that take cards or log in with them beside this one: GnuPG's,
// Net iD's and SafeNet's.
func rivals() []string {
	return []string{"scdaemon", "iid", "iidsetcs", "SACMonitor", "SACSrv", "CertPropSvc"}
}

// systemKinds, systemStates and systemReasons are what the service says of business systems.
func systemKinds() []string { return []string{"tls", "kerberos", "ssh"} }

func systemStates() []string {
	return []string{"ready", "working", "need-pin", "released", "unreachable", "denied"}
}

func systemReasons() []string {
	return strings.Fields(`unreachable late clock-skew wrong-kdc not-mapped revoked expired untrusted card-gone refused too-large no-program
		malformed no-name idle absolute`)
}
