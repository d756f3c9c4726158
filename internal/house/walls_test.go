package house

import (
	"go/ast"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// root is the module's folder.
func root(t *testing.T) string {
	t.Helper()
	dir, err := filepath.Abs(filepath.Join("..", ".."))
	if err != nil {
		t.Fatal(err)
	}
	return dir
}

func packages(t *testing.T, goos string) map[string]Package {
	t.Helper()
	list, err := Packages(root(t), goos)
	if err != nil {
		t.Fatal(err)
	}
	all := map[string]Package{}
	for _, p := range list {
		all[p.ImportPath] = p
	}
	if len(all) < 20 {
		t.Fatalf("only %d packages were found", len(all))
	}
	return all
}

// within says whether a package lies in a room: a package's path, or one that ends in /... for all below it too.
func within(path, room string) bool {
	if above, ok := strings.CutSuffix(room, "/..."); ok {
		return path == above || strings.HasPrefix(path, above+"/")
	}
	return path == room
}

const (
	agentd   = Module + "/cmd/siths-agentd"
	cardhost = Module + "/cmd/siths-cardhost"
	courier  = Module + "/cmd/siths-courier"
	ticket   = Module + "/cmd/siths-ticket"
	severer  = Module + "/cmd/siths-sever"
	ctl      = Module + "/cmd/sithsctl"
	tray     = Module + "/cmd/siths-tray"
	window   = Module + "/cmd/siths-window"
	pam      = Module + "/cmd/siths-pam"
	scard    = "github.com/ebfe/scard/..."
	pkcs11   = "github.com/miekg/pkcs11/..."
)

func TestTheWallsStand(t *testing.T) {
	all := packages(t, "linux")
	for _, wall := range []wall{
		{ctl, Module + "/pcsc", "it asks the service, and touches no reader of its own"},
		{ctl, Module + "/pcsc/token/host/...", "only the service starts children"},
		{ctl, scard, "it touches no reader"},
		{ctl, pkcs11, "it loads no vendor code"},
		{pam, Module + "/pcsc/...", "it runs in every login, and what it does not have cannot fail there"},
		{pam, scard, "it touches no reader"},
		{pam, pkcs11, "it loads no vendor code"},
		{pam, Module + "/agent/localapi", "it is a client"},
		{agentd, Module + "/pcsc/token/host/child/...", "the privileged process does not load vendor code"},
		{agentd, pkcs11, "the privileged process does not load vendor code"},
		{agentd, Module + "/agent/client", "the privileged process is nobody's client"},
		{agentd, Module + "/internal/testpki", "no key made for a test is trusted by the service"},
		{cardhost, Module + "/agent/...", "a child knows of one card and of nothing else"},
		{cardhost, "net/http/...", "a child has no network"},
		{agentd, Module + "/agent/courier/child/...", "the privileged process has no network"},
		{agentd, "github.com/go-ldap/...", "what a directory sends is not parsed where there are privileges"},
		{agentd, "github.com/jcmturner/...", "what a KDC sends is not parsed where there are privileges"},
		{courier, Module + "/pcsc/...", "who has a network has no card"},
		{courier, Module + "/agent/session", "who has a network decides nothing"},
		{courier, Module + "/agent/identity", "who has a network judges nothing that it brings"},
		{courier, Module + "/agent/localapi", "who has a network serves nobody but the service"},
		{courier, Module + "/agent/audit", "who has a network writes no history"},
		{agentd, Module + "/agent/ticket/child/...", "the privileged process has no network"},
		{agentd, Module + "/agent/ticket/ccache", "what a KDC sends is not parsed where there are privileges"},
		{ticket, Module + "/pcsc/...", "it has the virtual card's socket through kinit, and no card"},
		{ticket, Module + "/agent/session", "who has a network decides nothing"},
		{ticket, Module + "/agent/broker/...", "who may have a ticket is not for who gets it to say"},
		{ticket, Module + "/agent/localapi", "who has a network serves nobody but the service"},
		{ticket, Module + "/agent/audit", "who has a network writes no history"},
		{agentd, Module + "/agent/sever/child/...", "the privileged process ends no connections"},
		{severer, Module + "/pcsc/...", "who may end connections has no card"},
		{severer, Module + "/agent/session", "who may end connections decides nothing"},
		{severer, Module + "/agent/broker/...", "whose connections end is not for who ends them to say"},
		{severer, Module + "/agent/localapi", "who may end connections serves nobody but the service"},
		{severer, "net/http/...", "who may end connections opens none"},
		{Module + "/agent/broker/p11/remote", Module + "/agent/broker", "a client of the card decides nothing"},
		{ctl, Module + "/agent/broker/p11", "it is a client of the card at most"},
		{Module + "/ui/...", Module + "/pcsc", "what people see is no business of the readers"},
		{Module + "/ui/...", Module + "/agent/client", "texts and screens are made of a snapshot; their program fetches it"},
		{Module + "/ui/dialog", "fyne.io/...", "how a window is drawn is not what it says"},
		{tray, "fyne.io/fyne/v2/...", "what stays all day is small; windows come and go"},
		{tray, Module + "/pcsc", "it asks the service, and touches no reader"},
		{tray, Module + "/internal/secret", "it has no codes to keep"},
		{window, Module + "/pcsc", "it asks the service, and touches no reader"},
		{window, scard, "it touches no reader"},
		{window, pkcs11, "it loads no vendor code"},
	} {
		wall.stands(t, all)
	}
}

// wall says what a room and its programs never reach.
type wall struct{ from, never, why string }

func (w wall) stands(t *testing.T, all map[string]Package) {
	t.Run(w.from+" has no "+w.never, func(t *testing.T) {
		for path, p := range all {
			if !within(path, w.from) {
				continue
			}
			for _, dep := range p.Deps {
				if within(dep, w.never) {
					t.Errorf("%s reaches %s, but %s", path, dep, w.why)
				}
			}
		}
	})
}

func TestSomePackagesHaveOnePlaceThatUsesThem(t *testing.T) {
	all := packages(t, "linux")
	for _, c := range []struct {
		used  string
		by    []string
		reach bool // whether reaching it through others counts
		why   string
	}{
		{scard, []string{Module + "/pcsc", Module + "/internal/bench"}, false, "who asks PC/SC has to know its traps"},
		{pkcs11, []string{Module + "/pcsc/token/host/child", Module + "/internal/bench"}, false, "vendor code belongs into the child, and a bench plays a program of the person's"},
		{"fyne.io/fyne/v2/...", []string{Module + "/ui/widget", window}, false, "one room draws"},
		{"fyne.io/systray/...", []string{tray}, false, "one program stands in the panel"},
		{Module + "/agent/courier/child", []string{courier}, false, "one process has a network"},
		{Module + "/agent/ticket/child", []string{ticket}, false, "one process runs kinit"},
		{Module + "/agent/sever/child", []string{severer}, false, "one process ends connections"},
		{Module + "/internal/testpki", []string{Module + "/cmd/siths-vcard"}, true, "keys made for tests are shipped with the virtual card alone"},
		{Module + "/internal/stack/...", nil, true, "test harnesses are not shipped"},
	} {
		t.Run(c.used, func(t *testing.T) {
			for path, p := range all {
				uses := p.Imports
				if c.reach {
					uses = p.Deps
					if !strings.HasPrefix(path, Module+"/cmd/siths") {
						continue
					}
				}
				if slices.ContainsFunc(uses, func(u string) bool { return within(u, c.used) }) && !slices.Contains(c.by, path) {
					t.Errorf("%s uses it, but %s", path, c.why)
				}
			}
		})
	}
}

func TestTheRulesOfTheSessionDependOnNothing(t *testing.T) {
	for _, goos := range []string{"linux", "windows"} {
		if p := packages(t, goos)[Module+"/agent/session"]; p.Dir == "" || len(p.Imports) != 0 {
			t.Errorf("on %s they import %v", goos, p.Imports)
		}
	}
}

func TestTheScreensAreMadeOfASnapshotAlone(t *testing.T) {
	words := []string{Module + "/agent/apitype", Module + "/ui/text"}
	for room, more := range map[string][]string{
		"ui/model":    {Module + "/agent/health", "slices", "strconv", "strings", "time", "unicode", "unicode/utf16"},
		"ui/resident": {Module + "/ui/model", "reflect", "slices"},
	} {
		for _, goos := range []string{"linux", "windows"} {
			p := packages(t, goos)[Module+"/"+room]
			for _, i := range p.Imports {
				if !slices.Contains(append(more, words...), i) {
					t.Errorf("on %s %s imports %s", goos, room, i)
				}
			}
			if p.Dir == "" {
				t.Errorf("on %s there is no %s", goos, room)
			}
		}
		asksNoClock(t, room)
	}
}

// asksNoClock checks that what a room decides depends on nothing but what it is told.
func asksNoClock(t *testing.T, room string) {
	t.Helper()
	files, err := Files(root(t))
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		if f.Test() || filepath.ToSlash(filepath.Dir(f.Path)) != room {
			continue
		}
		ast.Inspect(f.File, func(n ast.Node) bool {
			s, ok := n.(*ast.SelectorExpr)
			if ok && slices.Contains([]string{"Now", "Since", "Until", "Sleep", "After", "Local", "NewTimer"}, s.Sel.Name) {
				if x, _ := s.X.(*ast.Ident); x != nil && x.Name == "time" {
					t.Errorf("%s asks the clock", f.At(n))
				}
			}
			return true
		})
	}
}

// TestTheServiceIsNobodysHTTPClient: it serves HTTP on its socket and opens no connection but to sockets of this
// machine. What needs a network is the courier's.
func TestTheServiceIsNobodysHTTPClient(t *testing.T) {
	all := packages(t, "linux")
	files, err := Files(root(t))
	if err != nil {
		t.Fatal(err)
	}
	client := []string{"Get", "Head", "Post", "PostForm", "Client", "DefaultClient", "Transport", "DefaultTransport",
		"NewRequest", "NewRequestWithContext", "ReadResponse"}
	for _, f := range files {
		pkg := Module + "/" + filepath.ToSlash(filepath.Dir(f.Path))
		if f.Test() || pkg != agentd && !slices.Contains(all[agentd].Deps, pkg) {
			continue
		}
		ast.Inspect(f.File, func(n ast.Node) bool {
			s, ok := n.(*ast.SelectorExpr)
			if !ok {
				return true
			}
			if x, ok := s.X.(*ast.Ident); ok && x.Name == "http" && slices.Contains(client, s.Sel.Name) {
				t.Errorf("%s uses http.%s", f.At(n), s.Sel.Name)
			}
			return true
		})
	}
}
