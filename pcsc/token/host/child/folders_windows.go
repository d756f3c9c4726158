package child

// moduleFolders is the one folder that only administrators can write to and that needs no setting.
var moduleFolders = []string{`C:\Windows\System32`}
