package audit

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"sync"
	"testing"
	"time"
)

// clock starts in 2026 and goes on by a second a row.
func clock() func() time.Time {
	at := time.Date(2026, 11, 22, 7, 0, 0, 0, time.FixedZone("CET", 3600))
	return func() time.Time {
		at = at.Add(time.Second)
		return at
	}
}

func open(t *testing.T, dir string) *Log {
	t.Helper()
	l, err := Open(dir, Options{Now: clock()})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	return l
}

func add(t *testing.T, l *Log, rows ...Row) {
	t.Helper()
	for _, r := range rows {
		if _, err := l.Append(t.Context(), r); err != nil {
			t.Fatal(err)
		}
	}
}

// verified reads the log in dir, which must be whole, and returns its entries.
func verified(t *testing.T, dir string) []Entry {
	t.Helper()
	data := content(t, dir)
	s, err := Verify(bytes.NewReader(data))
	if err != nil {
		t.Fatalf("%v in\n%s", err, data)
	}
	var entries []Entry
	for e, err := range Entries(bytes.NewReader(data)) {
		if err != nil {
			t.Fatal(err)
		}
		entries = append(entries, e)
	}
	if uint64(len(entries)) != s.Rows {
		t.Fatalf("Verify counts %d rows, Entries gives %d", s.Rows, len(entries))
	}
	return entries
}

func content(t *testing.T, dir string) []byte {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(dir, FileName))
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// story is a working day in rows: every field is used at least once.
func story() []Row {
	return []Row{
		{Event: AgentStart, Reason: "1.0.0", SHA256: "2c26b46b68ffc68ff99b453c1d30413413422d706483bfa0f98a5e886266e7ae",
			Files: "fcde2b2edba56bf408601fb721fe9b5c338d10ee429ea04fae5511b68fbf8fb9"},
		{Event: CardExpires, Insertion: 1, HSAID: "SE2321000131-P000000000001", Days: new(30)},
		{Event: CardIn, Insertion: 1, Reader: "Virtual PCD 00 00", ATR: "3b7f96000080318065b0855956fb120ffe829000", CardNumber: "9752278911123456789"},
		{Event: PINWrong, Insertion: 1, HSAID: "SE2321000131-P000000000001", Tries: new(2), Code: "pin.wrong", Ref: "7F3A"},
		{Event: UnlockGranted, Insertion: 1, HSAID: "SE2321000131-P000000000001", Account: "anna", UID: new(uint32(1000)), Service: "i3lock",
			Session: "c1", CertSerial: "01772941ce29b3ec999d657f0e0174", CertIssuer: "C=SE,O=Inera AB,CN=TEST SITHS e-id Person HSA-id 3 CA v1",
			PolicyOID: "1.2.752.74.8.9001", LoA: 3, Carrier: "reserve", Revocation: "good", RevocationAgeS: new(int64(0)), RevocationFrom: "ocsp",
			Proof: "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"},
		{Event: SSOReleased, Insertion: 1, HSAID: "SE2321000131-P000000000001", Account: "anna", PID: 4711, Exe: "/usr/lib/chromium/chromium",
			ExeSHA256: Genesis, Package: "chromium", Label: "chromium", Tier: new(2), Systems: []string{"lifecare", "portal"}, Scheme: "pss-sha256", Consent: "pin", Replaces: true},
		{Event: SSOTicket, Insertion: 1, HSAID: "SE2321000131-P000000000001", Account: "anna", Systems: []string{"journal"},
			Principal: "anna@LAB.TEST", Until: time.Date(2026, 11, 22, 14, 0, 0, 0, time.UTC)},
		{Event: ClockChanged, StepS: new(int64(-3600))},
		{Event: CardOut, Insertion: 1, Reader: "Virtual PCD 00 00"},
		{Event: HolderChanged, Insertion: 1, HSAID: "SE2321000131-P000000000002", FormerHSAID: "SE2321000131-P000000000001", Account: "kiosk", Shared: true,
			Reason: "ended: journal"},
		{Event: AgentRecovered, Bytes: 17, SHA256: Genesis, Reason: "torn"},
		{Event: AuditPruned, Pruned: 7, Bytes: 4711, SHA256: Genesis, Reason: "rows 1 to 7, until 2021-11-20"},
	}
}

func TestTheFormatIsThatOfTheGoldenFile(t *testing.T) {
	const golden = "../../testdata/audit/golden.jsonl"
	dir := t.TempDir()
	add(t, open(t, dir), story()...)
	got := content(t, dir)
	if os.Getenv("UPDATE_GOLDEN") != "" {
		if err := errors.Join(os.MkdirAll(filepath.Dir(golden), 0o755), os.WriteFile(golden, got, 0o644)); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want) {
		t.Errorf("got:\n%swant:\n%s", got, want)
	}
	var used Row
	for _, e := range verified(t, dir) {
		merge(&used, e.Row)
	}
	for i := range reflect.TypeFor[Row]().NumField() {
		if reflect.ValueOf(used).Field(i).IsZero() {
			t.Errorf("the golden file does not show %s", reflect.TypeFor[Row]().Field(i).Name)
		}
	}
}

func merge(into *Row, r Row) {
	from, to := reflect.ValueOf(r), reflect.ValueOf(into).Elem()
	for i := range from.NumField() {
		if !from.Field(i).IsZero() {
			to.Field(i).Set(from.Field(i))
		}
	}
}

func TestARowIsOnDiskWhenAppendReturns(t *testing.T) {
	dir := t.TempDir()
	l := open(t, dir)
	for n := uint64(1); n <= 20; n++ {
		e, err := l.Append(t.Context(), Row{Event: CardIn, Insertion: n})
		if err != nil {
			t.Fatal(err)
		}
		all := verified(t, dir)
		if last := all[len(all)-1]; e.Seq != n || !reflect.DeepEqual(last, e) {
			t.Fatalf("returned %+v, the file ends in %+v", e, last)
		}
	}
}

func TestTheChainGoesOnWhenTheLogIsOpenedAgain(t *testing.T) {
	dir := t.TempDir()
	for range 5 {
		l := open(t, dir)
		add(t, l, Row{Event: AgentStart}, Row{Event: AgentStop})
		if err := l.Close(); err != nil {
			t.Fatal(err)
		}
	}
	if all := verified(t, dir); len(all) != 10 {
		t.Errorf("%d rows", len(all))
	}
}

func TestManyCanAppendAtOnce(t *testing.T) {
	dir := t.TempDir()
	l, err := Open(dir, Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	var wg sync.WaitGroup
	for i := range 16 {
		wg.Go(func() {
			for range 10 {
				if _, err := l.Append(context.Background(), Row{Event: AccessDenied, UID: new(uint32(i))}); err != nil {
					t.Error(err)
				}
			}
		})
	}
	wg.Wait()
	if all := verified(t, dir); len(all) != 160 {
		t.Errorf("%d rows", len(all))
	}
}

func TestOneProcessOneWriter(t *testing.T) {
	dir := t.TempDir()
	l := open(t, dir)
	if _, err := Open(dir, Options{}); !errors.Is(err, ErrLocked) {
		t.Fatalf("a second writer got %v", err)
	}
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	open(t, dir)
}

func TestAnEndedContextWritesNothing(t *testing.T) {
	dir := t.TempDir()
	l := open(t, dir)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err := l.Append(ctx, Row{Event: CardIn})
	var w *WriteError
	if !errors.As(err, &w) || !errors.Is(err, context.Canceled) {
		t.Fatalf("err = %v", err)
	}
	if l.Err() != nil || len(verified(t, dir)) != 0 {
		t.Errorf("a caller who gave up made the log unwell: %v", l.Err())
	}
}

func TestAClosedLogRefusesRows(t *testing.T) {
	l := open(t, t.TempDir())
	if err := errors.Join(l.Close(), l.Close()); err != nil {
		t.Fatal(err)
	}
	if _, err := l.Append(t.Context(), Row{Event: CardIn}); !errors.Is(err, ErrClosed) {
		t.Errorf("err = %v", err)
	}
}

func TestRowsThatCannotBeWrittenAreRefusedAndDoNoHarm(t *testing.T) {
	dir := t.TempDir()
	l := open(t, dir)
	for _, r := range []Row{
		{}, {Event: "Card.In"}, {Event: "card in"}, {Event: "card.in\n"}, {Event: Event(strings.Repeat("a", 65))},
		{Event: CardIn, Time: time.Date(10000, 1, 1, 0, 0, 0, 0, time.UTC)},
	} {
		if _, err := l.Append(t.Context(), r); err == nil {
			t.Errorf("%+v was written", r)
		}
	}
	add(t, l, Row{Event: CardIn})
	if all := verified(t, dir); len(all) != 1 {
		t.Errorf("%d rows", len(all))
	}
}

// A log changed behind our back is taken as it is found; the next row tells it, with what was there before.
func TestChangesFromOutsideAreTold(t *testing.T) {
	cases := map[string]func(path string, data []byte) error{
		"the file is deleted":        func(p string, _ []byte) error { return os.Remove(p) },
		"the file is replaced":       func(p string, d []byte) error { return errors.Join(os.Remove(p), os.WriteFile(p, d[:len(d)/2], 0o600)) },
		"the file is cut":            func(p string, d []byte) error { return os.Truncate(p, int64(bytes.IndexByte(d, '\n')+1)) },
		"the file is emptied":        func(p string, _ []byte) error { return os.Truncate(p, 0) },
		"something is written to it": func(p string, d []byte) error { return os.WriteFile(p, append(d, "hello\n"...), 0o600) },
	}
	for name, change := range cases {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			l := open(t, dir)
			add(t, l, Row{Event: AgentStart}, Row{Event: CardIn}, Row{Event: CardOut})
			data := content(t, dir)
			if err := change(l.Path(), data); err != nil {
				t.Fatal(err)
			}
			add(t, l, Row{Event: AgentStop})
			all := verified(t, dir)
			told, last := all[len(all)-2], all[len(all)-1]
			if told.Event != AgentRecovered || told.Reason == "" || last.Event != AgentStop {
				t.Errorf("the log ends in %+v", all)
			}
		})
	}
}

func TestWriteErrorsNameTheFile(t *testing.T) {
	err := &WriteError{Op: "writing", Path: "/x/audit.jsonl", Err: fs.ErrPermission}
	if got := err.Error(); got != "writing audit log /x/audit.jsonl: permission denied" {
		t.Error(got)
	}
	if !errors.Is(fmt.Errorf("deciding: %w", err), fs.ErrPermission) {
		t.Error("the cause is lost")
	}
}
