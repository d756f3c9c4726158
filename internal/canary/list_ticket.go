package canary

// ticketCanaries are those of Kerberos tickets: how they are got, kept and destroyed.
func ticketCanaries() []Canary {
	const child = "agent/ticket/child"
	return []Canary{
		{"ticket_question", "Nothing in a question for a ticket becomes an option or a setting of kinit's.", child,
			in(child, "TestNothingInAQuestionBecomesAnOptionOrASetting")},
	}
}
