package caller

import (
	"context"
	"fmt"
	"path/filepath"

	"siths-agent/agent/broker"
	"siths-agent/agent/broker/system"
)

// Running is the caller that a process would be if it connected now. It is for telling people which rules fit, never for a
// release: another process may have its number a moment later. The errors are ErrGone and those of looking.
func (b *Book) Running(ctx context.Context, pid int32) (broker.Caller, error) {
	if pid <= 0 {
		return broker.Caller{}, fmt.Errorf("finding process %d: %w", pid, ErrGone)
	}
	peer, raw, err := ownerOf(pid)
	if err != nil {
		return broker.Caller{}, fmt.Errorf("finding process %d: %w", pid, err)
	}
	seen, err := look(peer)
	if err != nil {
		return broker.Caller{}, fmt.Errorf("looking at process %d: %w", pid, err)
	}
	c := broker.Caller{PID: pid, Start: seen.start, UID: peer.UID, GID: peer.GID, Exe: seen.path, Image: seen.image, Label: enforced(raw)}
	if c.Session, err = b.session(ctx, process{pid, peer.UID, seen.start}); err != nil {
		return broker.Caller{}, err
	}
	c.Tier = tierOf(c)
	return b.programs.describe(ctx, c, seen.file), nil
}

// Stored is the caller that a program's file would be if a user started it in a desktop session. It too is for telling
// people. Which label it would carry is not known.
func (b *Book) Stored(ctx context.Context, path string, uid uint32, session string) broker.Caller {
	c := broker.Caller{UID: uid, Session: session, Exe: filepath.Clean(path), Tier: system.T1}
	f, err := fileAt(c.Exe)
	if err != nil {
		return c
	}
	c.Image = f.image
	return b.programs.describe(ctx, c, f)
}
