package canary

// ticketCanaries are those of Kerberos tickets: how they are got, kept and destroyed.
func ticketCanaries() []Canary {
	const child, keeper = "agent/ticket/child", "agent/broker/kerberos"
	return []Canary{
		{"ticket_question", "Nothing in a question for a ticket becomes an option or a setting of kinit's.", child,
			in(child, "TestNothingInAQuestionBecomesAnOptionOrASetting")},
		{"ticket_config", "A krb5.conf that others can write is not used.", keeper, in(keeper, "TestAConfigurationThatOthersCanWriteIsRefused")},
		{"ticket_signatures", "A ticket takes few signatures.", keeper, in(keeper, "TestATicketTakesFewSignatures")},
		{"ticket_wipe", "A ticket is overwritten for those who have it open, too.", keeper,
			in(keeper, "TestATicketComesAndGoesWithItsCard|TestWhatAKilledServiceLeftIsDestroyedAtTheNextStart")},
		{"ticket_owner", "A ticket is its person's, and nobody else's.", keeper, in(keeper, "TestATicketComesAndGoesWithItsCard")},
	}
}
