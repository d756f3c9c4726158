package child

// moduleFolders are the places where Linux distributions keep PKCS#11 modules.
var moduleFolders = []string{"/usr/lib/*-linux-gnu*", "/usr/lib/*-linux-gnu*/pkcs11", "/usr/lib64/pkcs11", "/usr/lib64", "/usr/lib/pkcs11", "/usr/lib"}
