package text

import "fmt"

// ScreenWord names one sentence or label of the tray and the windows.
type ScreenWord int

// The sentences of states.
const (
	ScreenSlow ScreenWord = iota
	ScreenLeaveCard
	ScreenHello
	ScreenEnterPIN
	ScreenNumLock
	ScreenUnblockHere
	ScreenPINPad
	ScreenPINPadHow
	ScreenPINPadLeft
	ScreenLoggedIn
	ScreenTakeCard
	ScreenOther
	ScreenOtherHow
	ScreenRemoved
	ScreenRemovedHow
	ScreenIdle
	ScreenIdleHow
	ScreenLocksIn
	ScreenOffline
	ScreenOfflineAge
	ScreenReserve
	ScreenReserveHow
	ScreenOrderCard
	ScreenUnknown
	ScreenUnknownHow
	ScreenSupport
	ScreenSupportRef
	ScreenNotice
	ScreenPulled
	ScreenSwapped
	ScreenInterruptedHow
	ScreenConsent
	ScreenConsentUnknown
	ScreenConsentFile
	ScreenConsentHow
	ScreenConsentPIN

	screenLastState
)

// The sentences of pages that a person opens.
const (
	ScreenCardHow ScreenWord = iota + screenLastState
	ScreenNoHolder
	ScreenSystems
	ScreenSystemsHow
	ScreenNoSystems
	ScreenDiagnostics
	ScreenDiagnosticsHow
	ScreenBundle
	ScreenBundleHow
	ScreenDiagnosing
	ScreenCopied
	ScreenSaved
	ScreenSavedHow
	ScreenFile
	ScreenNotSaved
	ScreenNotSavedHow
	ScreenAbout
	ScreenAboutHow
	ScreenVersion
	ScreenLicencesHow
	ScreenManaged
	ScreenManagedHow
	ScreenUpgraded
	ScreenUpgradedHow
	ScreenChange
	ScreenChangeSign
	ScreenUnblock
	ScreenUnblockSign
	ScreenUnblockHow
	ScreenPUKLast
	ScreenPUKLastHow
	ScreenSignLast
	ScreenSignLastHow
	ScreenSignWrong
	ScreenSignWrongHow
	ScreenSignBlocked
	ScreenSignLength
	ScreenEasyPIN
	ScreenLoginNext
	ScreenPIN
	ScreenOldPIN
	ScreenOldSign
	ScreenPUK
	ScreenNewPIN
	ScreenNewPINAgain
	ScreenNewSign
	ScreenNewSignAgain

	screenLastPage
)

// The labels of buttons and of the tray's menu.
const (
	ScreenButtonLogin ScreenWord = iota + screenLastPage
	ScreenButtonCancel
	ScreenButtonClose
	ScreenButtonTryAnyway
	ScreenButtonEnterPIN
	ScreenButtonUnblock
	ScreenButtonChange
	ScreenButtonRetry
	ScreenButtonLock
	ScreenButtonDiagnostics
	ScreenButtonCopy
	ScreenButtonPreview
	ScreenButtonSave
	ScreenButtonLicences
	ScreenButtonAllow
	ScreenButtonDeny
	ScreenTray
	ScreenTrayHolder
	ScreenTraySystem
	ScreenTrayCard

	screenLast
)

// Screen returns a word of the tray and the windows with args put in as fmt does.
func Screen(l Lang, w ScreenWord, args ...any) string {
	format := screenTable(w)[w].in(l)
	if len(args) == 0 {
		return format
	}
	return fmt.Sprintf(format, args...)
}

func screenTable(w ScreenWord) map[ScreenWord]pair {
	switch {
	case w < screenLastState:
		return screenStates()
	case w < screenLastPage:
		return screenPages()
	}
	return screenLabels()
}
