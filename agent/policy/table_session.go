package policy

func sessionKeys() []Key {
	return []Key{{
		Name: "session.mode", Type: TypeString, Since: first,
		Default: `"personal"`, Enum: []string{string(Personal), string(Shared)},
		Doc: Text{
			SV: "Om kortet öppnar personens egen session eller en delad, som alla med giltigt kort och känt HSA-id öppnar.",
			EN: "Whether the card opens the person's own session or a shared one, which every known holder of a good card opens."},
		field: func(p *Policy) any { return &p.Session.Mode },
	}, {
		Name: "session.on_removal", Type: TypeString, Since: first,
		Default: `"lock"`, Enum: []string{string(Lock), string(Logout), string(None)},
		Doc: Text{
			SV: "Vad som händer när kortet dras ut.",
			EN: "What happens when the card is pulled."},
		field: func(p *Policy) any { return &p.Session.OnRemoval },
	}, {
		Name: "session.removal_grace", Type: TypeDuration, Since: first,
		Default: `"0s"`, Min: "0s", Max: "5m",
		Doc: Text{
			SV: "Väntan från att kortet dras ut till att det händer. Bara samma persons kort med rätt kod avbryter den.",
			EN: "Wait between the card being pulled and that happening. Only the same person's card with the right PIN ends it."},
		field: func(p *Policy) any { return &p.Session.RemovalGrace },
	}, {
		Name: "session.idle_lock", Type: TypeDuration, Since: first,
		Default: `"10m"`, Min: "5s", Max: "24h",
		Doc: Text{
			SV: "Tid utan aktivitet innan sessionen låses med kortet kvar. Skrivbordet måste anmäla inaktivitet till logind (IdleHint); annars gäller bara dess eget lås.",
			EN: "Time without activity until the session locks with the card still in. The desktop has to tell logind that it is idle (IdleHint); one that does not is locked by its own locker only."},
		field: func(p *Policy) any { return &p.Session.IdleLock },
	}, {
		Name: "session.identity_heartbeat", Type: TypeDuration, Since: first,
		Default: `"5s"`, Min: "1s", Max: "5m",
		Doc: Text{
			SV: "Hur ofta det kontrolleras att samma kort sitter kvar.",
			EN: "How often it is checked that the same card is still there."},
		field: func(p *Policy) any { return &p.Session.IdentityHeartbeat },
	}, {
		Name: "session.shared_account", Type: TypeString, Since: first,
		Default: `"kiosk"`, Form: formAccount(),
		Doc: Text{
			SV: `Kontot för den delade sessionen, med mode = "shared". Aldrig root.`,
			EN: `The account of the shared session, with mode = "shared". Never root.`},
		field: func(p *Policy) any { return &p.Session.SharedAccount },
	}, {
		Name: "session.close_programs", Type: TypeStrings, Since: first,
		Default: `[]`, Form: formProgram(), Optional: true,
		Doc: Text{
			SV: `Program som avslutas när en annan person tar över, med mode = "shared". Filnamnet avgör; kan ett inte avslutas öppnas ingenting.`,
			EN: `Programs that are ended when another person takes over, with mode = "shared". The file name decides; if one cannot be ended, nothing opens.`},
		field: func(p *Policy) any { return &p.Session.ClosePrograms },
	}}
}

func auditKeys() []Key {
	return []Key{{
		Name: "audit.syslog", Type: TypeString, Since: first,
		Default: `""`, Form: formSyslog(), Optional: true,
		Doc: Text{
			SV: "Vart granskningsloggen också sänds.",
			EN: "Where the audit log is sent as well."},
		field: func(p *Policy) any { return &p.Audit.Syslog },
	}, {
		Name: "audit.syslog_ca", Type: TypeString, Since: first,
		Default: `""`, Form: formPath(), Optional: true,
		Doc: Text{
			SV: "PEM-fil med loggserverns utfärdare; tomt betyder systemets.",
			EN: "PEM file of the log server's authority; empty means the system's."},
		field: func(p *Policy) any { return &p.Audit.SyslogCA },
	}, {
		Name: "audit.retention", Type: TypeDuration, Since: first,
		Default: `"1826d"`, Min: "1d", Max: "36500d",
		Doc: Text{
			SV: "Hur länge granskningsloggen sparas; 1826 dygn är fem år.",
			EN: "How long the audit log is kept; 1826 days are five years."},
		field: func(p *Policy) any { return &p.Audit.Retention },
	}}
}
