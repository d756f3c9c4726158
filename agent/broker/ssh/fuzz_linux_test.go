package ssh

import (
	"context"
	"log/slog"
	"net"
	"testing"

	"golang.org/x/crypto/ssh"

	"siths-agent/agent/broker"
)

// nobody is a caller that no rule lets through.
type nobody struct{}

func (nobody) Who(context.Context, net.Conn) (broker.Caller, error) { return broker.Caller{}, nil }
func (nobody) Again(_ context.Context, c broker.Caller) (broker.Caller, error) {
	return c, nil
}

func FuzzMessages(f *testing.F) {
	key := cardKey(f)
	f.Add([]byte{requestIdentities}, []byte{failure})
	f.Add(ssh.Marshal(signMessage{key.Marshal(), login(key, ssh.KeyAlgoRSASHA256, []byte("s")), flagSHA256}), []byte{signRequest})
	f.Add(ssh.Marshal(extendMessage{sessionBind, binds(f, newHost(f), []byte("s"), true)}), []byte{extension, 0, 0, 0, 1})
	s := New(context.Background(), Options{Broker: broker.New(broker.Parts{}), Callers: nobody{}, Log: slog.New(slog.DiscardHandler)})
	f.Fuzz(func(t *testing.T, first, second []byte) {
		c := &conn{s: s}
		for _, message := range [][]byte{first, second} {
			if len(message) == 0 || len(message) > maxFrame {
				continue
			}
			answer := c.answer(context.Background(), message)
			switch answer[0] {
			case failure, extensionFailure, identitiesAnswer:
			case success:
				if c.bound == nil || c.spent {
					t.Errorf("%x is taken and binds nothing", message)
				}
			default:
				t.Errorf("%x is answered by %x without a login", message, answer)
			}
		}
	})
}
