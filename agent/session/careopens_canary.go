//go:build canary_care_opens

package session

func (t *turn) endCare() {
	account := t.Pending.Account
	t.Pending = Pending{}
	if !t.Login.Open {
		t.Login = Login{Insertion: t.Front, Account: account, Open: true}
		t.do(Enter{Account: account})
	}
}
