package ccache

import (
	"encoding/binary"
	"errors"
	"reflect"
	"testing"
	"time"
)

// file writes a cache by hand, as MIT Kerberos' "Credential cache file format" describes it.
type file []byte

func (f file) u16(v uint16) file { return binary.BigEndian.AppendUint16(f, v) }
func (f file) u32(v uint32) file { return binary.BigEndian.AppendUint32(f, v) }
func (f file) data(s string) file {
	return append(f.u32(uint32(len(s))), s...)
}

func (f file) principal(realm string, parts ...string) file {
	f = f.u32(1).u32(uint32(len(parts))).data(realm)
	for _, p := range parts {
		f = f.data(p)
	}
	return f
}

func begin() file {
	return file{5, 4}.u16(12).u16(1).u16(8).u32(0).u32(0).principal("LAB.TEST", "anna")
}

// entry is a ticket of an hour, with an address and authorization data.
func (f file) entry(realm string, server ...string) file {
	f = f.principal("LAB.TEST", "anna").principal(realm, server...).u16(18).data("a key")
	f = f.u32(1000).u32(0).u32(4600).u32(0)
	f = append(f, 0).u32(0x40e10000).u32(1).u16(2).data("\x7f\x00\x00\x01").u32(1).u16(1).data("data")
	return f.data("the ticket").data("")
}

func TestACacheSaysWhoseAndUntilWhen(t *testing.T) {
	f := begin().entry("X-CACHECONF:", "krb5_ccache_conf_data", "pa_type").entry("LAB.TEST", "krbtgt", "LAB.TEST")
	c, err := Parse(f)
	want := Ticket{Server: Principal{"LAB.TEST", []string{"krbtgt", "LAB.TEST"}}, Starts: time.Unix(1000, 0).UTC(), Ends: time.Unix(4600, 0).UTC()}
	if err != nil || c.Principal.String() != "anna@LAB.TEST" || !reflect.DeepEqual(c.Tickets, []Ticket{want}) {
		t.Errorf("%+v, %v", c, err)
	}
	if got := c.Tickets[0].Server.String(); got != "krbtgt/LAB.TEST@LAB.TEST" {
		t.Error(got)
	}
}

func TestWhatIsCutOffIsNoCache(t *testing.T) {
	whole := begin().entry("LAB.TEST", "krbtgt", "LAB.TEST")
	empty := len(begin()) // which is a cache without tickets
	for n := range whole {
		if _, err := Parse(whole[:n]); (err == nil) != (n == empty) || err != nil && !errors.Is(err, ErrFormat) {
			t.Fatalf("%d bytes: %v", n, err)
		}
	}
	for name, f := range map[string]file{
		"version 3": {5, 3}, "a length without end": begin().u32(1).u32(1).u32(0xffffffff),
		"parts without end": begin().u32(1).u32(0xffffffff).data("LAB.TEST"),
	} {
		if _, err := Parse(f); !errors.Is(err, ErrFormat) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func FuzzParse(f *testing.F) {
	f.Add([]byte(begin()))
	f.Add([]byte(begin().entry("LAB.TEST", "krbtgt", "LAB.TEST")))
	f.Add([]byte(begin().u32(1).u32(0xffffffff)))
	f.Fuzz(func(t *testing.T, b []byte) {
		c, err := Parse(b)
		if err != nil && !errors.Is(err, ErrFormat) {
			t.Fatal(err)
		}
		if err == nil && len(c.Tickets) > len(b)/40 {
			t.Fatalf("%d tickets in %d bytes", len(c.Tickets), len(b))
		}
	})
}
