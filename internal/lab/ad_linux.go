package lab

func (l *Lab) layAD() error { return nil }

func (l *Lab) samba() program { return program{} }
