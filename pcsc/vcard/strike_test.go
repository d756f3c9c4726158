package vcard

import (
	"bytes"
	"errors"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"siths-agent/internal/testpki"
)

// fileControlAPDU selects the file with the card's number; the answer has data and status.
const fileControlAPDU = "00 A4 08 00 02 0201 00"

// answered writes an APDU and reads the frame that answers it, whatever is in it.
func (s *slot) answered(t testing.TB, apdu string) []byte {
	t.Helper()
	if err := writeFrame(s.conn, unhex(t, apdu)); err != nil {
		t.Fatal(err)
	}
	return s.read(t)
}

func set(t testing.TB, d *Device, line string) {
	t.Helper()
	if answer := d.Control(t.Context(), line); answer != "ok" {
		t.Fatalf("%s: %s", line, answer)
	}
}

func TestEachFaultOfAnswersChangesThemInItsWay(t *testing.T) {
	pretended := bytes.Repeat([]byte{0}, 256)
	pretended = append(pretended, 0x90, 0x00)
	for name, right := range map[string]func(honest, got []byte) bool{
		"garbage":      func(honest, got []byte) bool { return len(got) >= len(honest) && !bytes.Contains(got, honest) },
		"empty":        func(_, got []byte) bool { return len(got) == 0 },
		"one-byte":     func(_, got []byte) bool { return bytes.Equal(got, []byte{0x90}) },
		"longest":      func(_, got []byte) bool { return len(got) == 65535 && bytes.HasSuffix(got, []byte{0x90, 0}) },
		"more-data":    func(_, got []byte) bool { return bytes.HasSuffix(got, []byte{0x61, 0x10}) },
		"wrong-length": func(_, got []byte) bool { return bytes.Equal(got, []byte{0x6C, 0x10}) },
		"deep": func(_, got []byte) bool {
			return len(got) == 258 && bytes.HasPrefix(got, []byte{0x30, 0x80, 0x30, 0x80})
		},
		"status 6A82": func(_, got []byte) bool { return bytes.HasSuffix(got, []byte{0x6A, 0x82}) },
		"truncated":   func(honest, got []byte) bool { return bytes.Equal(got, honest[:len(honest)/2]) },
		"doubled":     func(honest, got []byte) bool { return bytes.Equal(got, append(bytes.Clone(honest), honest...)) },
		"zeros":       func(honest, got []byte) bool { return bytes.Equal(got, make([]byte, len(honest))) },
		"flipped":     func(honest, got []byte) bool { return len(got) == len(honest) && !bytes.Equal(got, honest) },
		"stale":       func(_, got []byte) bool { return bytes.Equal(got, []byte{0x63, 0xC3}) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			device, _, slot := insertedDevice(t, Config{})
			honest := slot.answered(t, fileControlAPDU)
			slot.answered(t, "00 20 00 11")
			set(t, device, "fault "+name)
			if got := slot.answered(t, fileControlAPDU); !right(honest, got) {
				t.Errorf("in: %X", got)
			}
			device.Clear()
			slot.answered(t, "00 20 00 11")
			set(t, device, "fault "+name+" when=before")
			if got := slot.answered(t, fileControlAPDU); !right(pretended, got) {
				t.Errorf("before: %X", got)
			}
		})
	}
}

func TestTheMomentDecidesWhetherTheCardCarriesTheCommandOut(t *testing.T) {
	for when, want := range map[string]bool{"before": false, "in": true, "after": true} {
		t.Run(when, func(t *testing.T) {
			device, _, slot := insertedDevice(t, Config{})
			set(t, device, "fault status 6F00 at=1 when="+when)
			answer := slot.answered(t, verifyAPDU(trainingPIN))
			if when == "after" {
				if !bytes.Equal(answer, []byte{0x90, 0x00}) {
					t.Errorf("the honest answer is %X", answer)
				}
				answer = slot.read(t) // follows unasked
			}
			if s := device.Stat(); s.Verified != want || s.Verify != 1 || !bytes.Equal(answer, []byte{0x6F, 0x00}) {
				t.Errorf("answers %X, %+v", answer, s)
			}
		})
	}
}

func TestAFaultStrikesAtItsAPDUAndSoOftenAsItIsTold(t *testing.T) {
	const status = "00 20 00 11"
	for line, want := range map[string]string{
		"fault status 6F00 at=2":           "63C3 6F00 63C3 63C3",
		"fault status 6F00 at=2 times=2":   "63C3 6F00 6F00 63C3",
		"fault status 6F00 times=2":        "6F00 6F00 63C3 63C3",
		"fault status 6F00":                "6F00 6F00 6F00 6F00",
		"fault wrong-length at=3":          "63C3 63C3 6C10 6C10",
		"fault reset at=2":                 "63C3 63C3 63C3 63C3",
		"fault status 6F00 at=3 when=in":   "63C3 63C3 6F00 63C3",
		"fault status 6F00 when=in  at=1 ": "6F00 63C3 63C3 63C3",
	} {
		t.Run(line, func(t *testing.T) {
			device, _, slot := insertedDevice(t, Config{})
			set(t, device, line)
			var got []string
			for range 4 {
				_, sw := split(t, slot.answered(t, status))
				got = append(got, sw.String())
			}
			if strings.Join(got, " ") != want {
				t.Errorf("answers %v, want %s", got, want)
			}
		})
	}
}

func TestAPDUsAreCountedFromTheInsertion(t *testing.T) {
	device, reader, slot := insertedDevice(t, Config{})
	set(t, device, "fault status 6F00 at=2 times=9")
	for range 2 {
		slot.transmit(t, "00 20 00 11", 0x63C3)
		slot.transmit(t, "00 20 00 11", 0x6F00)
		set(t, device, "remove")
		set(t, device, "insert")
		slot = reader.accept(t)
	}
}

func TestACardThatIsTakenOutByAFaultStaysOutUntilItIsInserted(t *testing.T) {
	for when, read := range map[string]int{"before": 0, "in": 2, "after": 4} {
		t.Run(when, func(t *testing.T) {
			device, reader, slot := insertedDevice(t, Config{})
			set(t, device, "fault removed at=1 when="+when)
			if err := writeFrame(slot.conn, unhex(t, "00 20 00 11")); err != nil {
				t.Fatal(err)
			}
			whole := make([]byte, 8)
			n := 0
			for got, err := slot.conn.Read(whole); err == nil; got, err = slot.conn.Read(whole[n:]) {
				n += got
			}
			if n != read {
				t.Errorf("%d bytes of the answer's frame came, want %d", n, read)
			}
			set(t, device, "insert") // even when the device has not noticed yet that the card is out
			reader.accept(t).transmit(t, "00 20 00 11", 0x63C3)
		})
	}
}

func TestACardThatIsTakenOutAndPutBackComesBackByItselfWithoutItsPIN(t *testing.T) {
	device, reader, slot := insertedDevice(t, Config{})
	set(t, device, "fault removed-and-back at=2 when=after")
	slot.transmit(t, "00 20 00 11", 0x63C3)
	slot.transmit(t, verifyAPDU(trainingPIN), swOK)
	slot.ends(t)
	reader.accept(t).transmit(t, "00 20 00 11", 0x63C3)
}

func TestASilentCardStaysSilentFromItsMomentOn(t *testing.T) {
	device, _, slot := insertedDevice(t, Config{})
	set(t, device, "fault silent at=1 when=after")
	slot.transmit(t, "00 20 00 11", 0x63C3)
	if err := writeFrame(slot.conn, unhex(t, verifyAPDU(trainingPIN))); err != nil {
		t.Fatal(err)
	}
	slot.atr(t) // comes at once: nothing was answered before
	if s := device.Stat(); s.Verified || s.Verify != 1 {
		t.Errorf("got %+v", s)
	}
}

func TestASlowCardTakesItsTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		device := NewDevice(trainingCard(t), Config{})
		set(t, device, "fault slow 300ms")
		begun := time.Now()
		if f := device.faults[0].strike.act(t.Context(), device); f != goesOn || time.Since(begun) != 300*time.Millisecond {
			t.Errorf("fate %d after %s", f, time.Since(begun))
		}
	})
}

func TestACardThatIsResetForgetsThePIN(t *testing.T) {
	device, _, slot := insertedDevice(t, Config{})
	set(t, device, "fault reset at=2 when=after")
	slot.transmit(t, verifyAPDU(trainingPIN), swOK)
	slot.transmit(t, "00 20 00 11", swOK)
	slot.transmit(t, "00 20 00 11", 0x63C3)
}

func TestAnotherCardCanComeAtAMoment(t *testing.T) {
	device, _, slot := insertedDevice(t, Config{})
	own := device.Stat().Card
	set(t, device, "fault swapped "+cardDir(t, testpki.Person{GivenName: "Bo"})+" at=2 when=after")
	slot.transmit(t, verifyAPDU(trainingPIN), swOK)
	if device.Stat().Card != own {
		t.Error("the other card came too soon")
	}
	slot.transmit(t, "00 20 00 11", swOK)
	slot.transmit(t, "00 20 00 11", 0x63C3)
	if device.Stat().Card == own {
		t.Error("the other card did not come")
	}
	set(t, device, "clear")
	slot.transmit(t, "00 20 00 11", 0x63C3)
	if device.Stat().Card != own {
		t.Error("the first card is not back")
	}
}

func TestAKilledCardEndsItsProgram(t *testing.T) {
	ended := make(chan struct{})
	device, _, slot := insertedDevice(t, Config{End: func() { close(ended) }})
	set(t, device, "fault killed at=1")
	if err := writeFrame(slot.conn, unhex(t, "00 20 00 11")); err != nil {
		t.Fatal(err)
	}
	slot.ends(t)
	<-ended
}

func TestAProgramThatCannotEndItselfSaysSo(t *testing.T) {
	if err := NewDevice(trainingCard(t), Config{}).Fault("killed", ""); !errors.Is(err, errNoEnd) {
		t.Errorf("got %v", err)
	}
}

func TestWrongMomentsAreRefused(t *testing.T) {
	device := NewDevice(trainingCard(t), Config{Load: loadCard})
	for _, arg := range []string{"at=0", "at=x", "at=-1", "times=0", "when=during", "when=", "often=3", "at", "6F00 at=1"} {
		var wrong FaultArgumentError
		if err := device.Fault("silent", arg); !errors.As(err, &wrong) || !strings.Contains(err.Error(), "[when=before|in|after]") {
			t.Errorf("fault silent %s: %v", arg, err)
		}
	}
	for _, line := range []string{"status", "status 6F", "status xyzw", "slow", "slow soon", "slow -1s", "counter 16", "counter x", "atr -1",
		"atr 65536", "certificate thin", "container-map thin", "other-key at=1", "counter 3 at=1", "atr 33 when=in"} {
		name, arg, _ := strings.Cut(line, " ")
		if err := device.Fault(name, arg); !errors.As(err, new(FaultArgumentError)) || !strings.Contains(err.Error(), "write: fault "+name) {
			t.Errorf("fault %s: %v", line, err)
		}
	}
	if s := device.Stat(); len(s.Faults) != 0 {
		t.Errorf("faults %v were set", s.Faults)
	}
}

// FuzzMoment gives the parser whatever follows a fault's name: what it accepts can be said again in order.
func FuzzMoment(f *testing.F) {
	for _, seed := range []string{"", "6F00", "at=3", "/a b/c=d at=1 when=in times=2", "=", "a=b", "at=1 x"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, rest string) {
		arg, m, ok := parseMoment(rest)
		if !ok {
			return
		}
		if !strings.HasPrefix(strings.TrimSpace(rest), arg) || m.at < 0 || m.times < 0 {
			t.Errorf("%q was read as %q, %+v", rest, arg, m)
		}
		if again, none, _ := parseMoment(arg); again != arg || none.given {
			t.Errorf("%q was read as %q, and that as %q", rest, arg, again)
		}
	})
}
