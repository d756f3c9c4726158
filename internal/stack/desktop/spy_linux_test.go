package desktop

import (
	"testing"
	"testing/synctest"
)

// told is all that xprop tells of a window, with a title.
func told(title string) string {
	return "WM_NAME(STRING) = \"" + title + "\"\n_NET_WM_NAME(UTF8_STRING) = \"" + title + "\"\nWM_CLASS(STRING) = \"a\", \"A\"\n" +
		"_NET_WM_PID(CARDINAL) = 7\n_NET_WM_STATE(ATOM) = _NET_WM_STATE_FOCUSED\n"
}

func TestAWindowWithTheNumberOfOneThatHasGoneIsSeen(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &spies{windows: map[string]*spy{}, changed: make(chan struct{}), over: make(chan struct{})}
		ends := make(chan chan struct{}, 2)
		titles := []string{"the first", "the second"}
		s.start = func(_ []string, out *spy) <-chan struct{} {
			_, _ = out.Write([]byte(told(titles[0])))
			titles = titles[1:]
			end := make(chan struct{})
			ends <- end
			return end
		}
		s.root = &spy{all: s, values: map[string]string{}}
		s.learn(s.root, propClients+"(WINDOW): window id # 0x7")
		for _, want := range []string{"the first", "the second"} {
			end := <-ends
			synctest.Wait()
			if w, there := s.window("0x7"); !there || w.Title != want {
				t.Errorf("%v instead of %s", w, want)
			}
			if want == "the first" {
				close(end)
			}
		}
		close(s.over)
	})
}
