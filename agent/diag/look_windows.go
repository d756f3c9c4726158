package diag

import (
	"context"
	"os"
	"path/filepath"

	"siths-agent/agent/apitype"

	"golang.org/x/sys/windows"
)

// moduleFolders is the one folder that only administrators can write to and that needs no setting.
func moduleFolders() []string { return []string{`C:\Windows\System32`} }

// looks are those of this system.
func (o Options) looks() []look {
	return []look{{CardService, cardService}, {Clock, clock}, {UnlockPath, unlockPath}, {Rivals, otherServices}}
}

// running says whether a Windows service is there, and whether it runs.
func running(name string) (there, runs bool) {
	manager, err := windows.OpenSCManager(nil, nil, windows.SC_MANAGER_CONNECT)
	if err != nil {
		return false, false
	}
	defer func() { _ = windows.CloseServiceHandle(manager) }()
	text, err := windows.UTF16PtrFromString(name)
	if err != nil {
		return false, false
	}
	service, err := windows.OpenService(manager, text, windows.SERVICE_QUERY_STATUS)
	if err != nil {
		return false, false
	}
	defer func() { _ = windows.CloseServiceHandle(service) }()
	var status windows.SERVICE_STATUS
	if err := windows.QueryServiceStatus(service, &status); err != nil {
		return true, false
	}
	return true, status.CurrentState == windows.SERVICE_RUNNING
}

// cardService says whether Windows' smart card service runs.
func cardService(context.Context) finding {
	if _, runs := running("SCardSvr"); !runs {
		return red(apitype.ReaderServiceDown)
	}
	return green()
}

// clock says whether Windows keeps the clock.
func clock(context.Context) finding {
	if _, runs := running("W32Time"); !runs {
		return yellow(ClockFree).with(yesNo(Kept, false))
	}
	return green().with(yesNo(Kept, true))
}

// unlockPath says whether the credential provider lies beside this program.
func unlockPath(context.Context) finding {
	self, err := os.Executable()
	if err == nil {
		_, err = os.Stat(filepath.Join(filepath.Dir(self), "siths-credprov.dll"))
	}
	if err != nil {
		return yellow(NoDoor).with(yesNo(Door, false))
	}
	return green().with(yesNo(Door, true))
}

// otherServices looks for known services that run.
func otherServices(context.Context) finding {
	f := green()
	for _, name := range rivals() {
		if _, runs := running(name); runs {
			f = f.and(yellow(Competitor)).with(say(Rival, name))
		}
	}
	return f
}
