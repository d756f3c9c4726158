package system

import "siths-agent/agent/policy"

// first is the version that first read these files.
const first = "1.0"

// Keys returns all keys of a file of systems.d, in the order of the reference.
func Keys() []policy.Key {
	var all []policy.Key
	for _, some := range [][]policy.Key{mainKeys(), callerKeys(), sessionKeys(), tlsKeys(), kerberosKeys(), sshKeys()} {
		all = append(all, some...)
	}
	return all
}

// Kinds returns the kinds that are served.
func Kinds() []Kind { return []Kind{TLS, Kerberos, SSH} }

func mainKeys() []policy.Key {
	return []policy.Key{{
		Name: "title", Type: policy.TypeString, Since: first, Form: title(),
		Doc: policy.Text{SV: "Systemets namn, som personer ser det.", EN: "The system's name, as people see it."},
	}, {
		Name: "kind", Type: policy.TypeString, Since: first, Enum: words(Kinds()),
		Doc: policy.Text{
			SV: "Hur systemet vill ha sitt bevis: en signatur vid TLS, en Kerberosbiljett eller en signatur för ssh.",
			EN: "How the system wants its proof: a signature in a TLS handshake, a Kerberos ticket, or a signature for ssh."},
	}, {
		Name: "replaces_password", Type: policy.TypeBool, Since: first, Default: "false",
		Doc: policy.Text{
			SV: "Om den som kommer in med kortet slipper ett lösenord. Räknas i rapporten.",
			EN: "Whether who gets in with the card needs one password less. It is counted in the report."},
	}}
}

func callerKeys() []policy.Key {
	return []policy.Key{{
		Name: "caller.exe", Type: policy.TypeStrings, Since: first, Default: "[]", Optional: true, Form: exe(),
		Doc: policy.Text{
			SV: "Programfiler som får använda det. Utan exe, package och lsm_label gäller de program som slaget brukar användas med (se nedan), och med min_tier = 0 alla personens program.",
			EN: "Program files that may use it. Without exe, package and lsm_label it is the programs that the kind is known to be used with (see below), and with min_tier = 0 any program of the person."},
	}, {
		Name: "caller.package", Type: policy.TypeString, Since: first, Default: `""`, Optional: true, Form: name(),
		Doc: policy.Text{
			SV: "Paketet som programfilen ska höra till, i systemets pakethanterare.",
			EN: "The package that the program file has to belong to, in the system's package manager."},
	}, {
		Name: "caller.publisher", Type: policy.TypeString, Since: first, Default: `""`, Optional: true, Form: title(),
		Doc: policy.Text{
			SV: "Vem som ska ha signerat programmet, på Windows. På Linux, där program inte är signerade, prövas det inte.",
			EN: "Who has to have signed the program, on Windows. On Linux, where programs are not signed, it is not asked for."},
	}, {
		Name: "caller.lsm_label", Type: policy.TypeString, Since: first, Default: `""`, Optional: true, Form: name(),
		Doc: policy.Text{
			SV: "Märkningen som kärnans säkerhetsmodul (AppArmor) ska ha satt på programmet. Med min_tier under 2 jämförs den bara med en märkning som kärnan håller programmet till: ett program utan, för att kärnan inte märker program eller låter just det vara, bedöms efter resten av regeln. Till nivå 2 räknas den bara där kernel.apparmor_restrict_unprivileged_unconfined är 1: annars kan ett program utan profil ta vilken märkning som helst. Flera profiler på varandra räknas inte.",
			EN: "The label that the kernel's security module (AppArmor) has to have put on the program. With min_tier below 2 it is compared only with a label that the kernel keeps the program to: one that has none, because the kernel labels no programs or leaves this one alone, goes by the rest of the rule. It makes tier 2 only where kernel.apparmor_restrict_unprivileged_unconfined is 1: elsewhere a program without a profile can take any label. Profiles that are stacked do not count."},
	}, {
		Name: "caller.min_tier", Type: policy.TypeInt, Since: first, Default: "1", Min: "0", Max: "3",
		Doc: policy.Text{
			SV: "Hur säkert det ska vara vilket program som frågar: 0 användaren, 1 även programfilen (ingen gräns mot skadlig kod hos samma användare), 2 även kärnans märkning, som lsm_label då måste nämna (där kärnan inte märker program får ingen något), 3 programfilen och personens ja.",
			EN: "How sure it has to be which program asks: 0 the user, 1 the program's file too (no boundary against malware of the same user), 2 the kernel's label too, which lsm_label then has to name (where the kernel labels no programs nobody gets anything), 3 the program's file and the person's yes."},
	}, {
		Name: "caller.consent", Type: policy.TypeString, Since: first, Default: `"never"`, Enum: words([]Consent{Never, FirstUse, EveryTime, PIN}),
		Doc: policy.Text{
			SV: "När personen tillfrågas innan ett program får något. Med \"pin\" är kortets kod svaret: den kan inget program ge.",
			EN: "When the person is asked before a program gets something. With \"pin\" the card's code is the answer: no program can give it."},
	}}
}

func sessionKeys() []policy.Key {
	return []policy.Key{{
		Name: "session.idle", Type: policy.TypeDuration, Since: first, Default: `"0s"`, Min: "0s", Max: "24h",
		Doc: policy.Text{
			SV: "Tid efter senaste signatur tills systemet kräver kort och kod igen; \"0s\" för aldrig.",
			EN: "Time after the last signature until the system wants card and PIN again; \"0s\" for never."},
	}, {
		Name: "session.absolute", Type: policy.TypeDuration, Since: first, Default: `"0s"`, Min: "0s", Max: "24h",
		Doc: policy.Text{
			SV: "Tid efter koden tills systemet kräver den igen, hur mycket det än används; \"0s\" för aldrig.",
			EN: "Time after the PIN until the system wants it again, however much it is used; \"0s\" for never."},
	}, {
		Name: "session.on_removal", Type: policy.TypeStrings, Since: first, Default: "[]", Optional: true, Enum: words([]Measure{Tickets, NetService}),
		Doc: policy.Text{
			SV: "Vad som görs när kortet dras ut, utöver att inget mer släpps: biljetter förstörs (för kerberos alltid), webbläsares anslutningar avslutas (fönster blir kvar). Utelämnat: netservice för tls, båda för kerberos.",
			EN: "What is done when the card leaves, beyond that nothing more is released: tickets are destroyed (those of kerberos always), browsers' connections are ended (windows stay). Left out: netservice for tls, both for kerberos."},
	}}
}

func tlsKeys() []policy.Key {
	return []policy.Key{{
		Name: "tls.key", Type: policy.TypeString, Since: first, Default: `"auth"`, Enum: []string{"auth"},
		Doc: policy.Text{
			SV: "Vilken av kortets nycklar. Nyckeln för underskrifter används aldrig för inloggning.",
			EN: "Which of the card's keys. The one for signatures is never used to log in."},
	}, {
		Name: "tls.origins", Type: policy.TypeStrings, Since: first, Default: "[]", Optional: true, Form: origin(),
		Doc: policy.Text{
			SV: "Webbplatser som webbläsare visar kortets certifikat för utan att fråga. Utan dem frågar webbläsaren.",
			EN: "Web sites that browsers show the card's certificate to without asking. Without any, the browser asks."},
	}, {
		Name: "tls.acr", Type: policy.TypeString, Since: first, Default: `""`, Optional: true, Form: title(),
		Doc: policy.Text{
			SV: "Tillitsnivån som systemet begär, för den som läser filen.",
			EN: "The level of assurance that the system asks for, for who reads the file."},
	}, signatures("tls")}
}

func signatures(table string) policy.Key {
	return policy.Key{
		Name: table + ".max_signatures_per_minute", Type: policy.TypeInt, Since: first, Default: "60", Min: "1", Max: "1000",
		Doc: policy.Text{
			SV: "Signaturer som varje program får på en minut.",
			EN: "Signatures that each program may have in a minute."},
	}
}

func sshKeys() []policy.Key {
	return []policy.Key{{
		Name: "ssh.host_keys", Type: policy.TypeStrings, Since: first, Default: "[]", Optional: true, Form: fingerprint(),
		Doc: policy.Text{
			SV: "Fingeravtryck av servrar, och av deras utfärdare, som agentens ssh-uttag loggar in hos. En tom lista tillåter alla. Med en lista gäller systemet bara ssh-uttaget (SSH_AUTH_SOCK), inte PKCS11Provider, där ingen kan se vilken server det gäller.",
			EN: "Fingerprints of servers, and of their authorities, that the agent's ssh socket logs in to. An empty list allows all. With a list the system is for that socket (SSH_AUTH_SOCK) alone and not for PKCS11Provider, where nobody can tell which server it is for."},
	}, signatures("ssh")}
}

func words[T ~string](some []T) []string {
	out := make([]string, len(some))
	for i, w := range some {
		out[i] = string(w)
	}
	return out
}
