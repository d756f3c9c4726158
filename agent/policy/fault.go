package policy

import "strings"

// Text is one text in both languages.
type Text struct{ SV, EN string }

// Fault names one way in which a policy file can be wrong. Faults are stable, so that texts can be keyed by them.
type Fault string

// The faults.
const (
	FileMissing      Fault = "file-missing"
	FileUnreadable   Fault = "file-unreadable"
	FileNotRegular   Fault = "file-not-regular"
	FileForeignOwner Fault = "file-foreign-owner"
	FileWritable     Fault = "file-writable"
	FileTooLarge     Fault = "file-too-large"
	FileBOM          Fault = "file-bom"
	FileUTF16        Fault = "file-utf16"
	FileNotUTF8      Fault = "file-not-utf8"
	Syntax           Fault = "syntax"
	TooDeep          Fault = "too-deep"
	UnknownKey       Fault = "unknown-key"
	KeyMissing       Fault = "key-missing"
	WrongType        Fault = "wrong-type"
	NotAllowed       Fault = "not-allowed"
	Empty            Fault = "empty"
	Duplicate        Fault = "duplicate"
	NotInProduction  Fault = "not-in-production"
)

// Faults returns every fault.
func Faults() []Fault {
	return []Fault{
		FileMissing, FileUnreadable, FileNotRegular, FileForeignOwner, FileWritable, FileTooLarge,
		FileBOM, FileUTF16, FileNotUTF8, Syntax, TooDeep,
		UnknownKey, KeyMissing, WrongType, NotAllowed, Empty, Duplicate, NotInProduction,
	}
}

// Text says what is wrong and what to do about it, in both languages. got is what was found: a value, a path
// or the words of the TOML reader, by fault.
func (f Fault) Text(got string) Text {
	t := f.template()
	return Text{
		SV: strings.ReplaceAll(t.SV, "{got}", got),
		EN: strings.ReplaceAll(t.EN, "{got}", got),
	}
}

func (f Fault) template() Text {
	if strings.HasPrefix(string(f), "file-") {
		return f.fileTemplate()
	}
	return f.keyTemplate()
}

func (f Fault) fileTemplate() Text {
	switch f {
	case FileMissing:
		return Text{"filen finns inte; skapa den eller rätta sökvägen", "the file does not exist; create it or correct the path"}
	case FileNotRegular:
		return Text{"{got} är ingen vanlig fil; lägg en vanlig fil där", "{got} is not a regular file; put a regular file there"}
	case FileForeignOwner:
		return Text{"{got} tillhör en annan användare; kör: chown root {got}", "{got} belongs to another user; run: chown root {got}"}
	case FileWritable:
		return Text{"{got} kan ändras av andra; kör: chmod go-w {got}", "{got} can be changed by others; run: chmod go-w {got}"}
	case FileTooLarge:
		return Text{"filen är större än 256 KiB; korta den", "the file is larger than 256 KiB; shorten it"}
	case FileBOM:
		return Text{"filen börjar med ett byteordningsmärke; spara den som UTF-8 utan BOM", "the file begins with a byte order mark; save it as UTF-8 without BOM"}
	case FileUTF16:
		return Text{"filen är UTF-16; spara den som UTF-8 utan BOM", "the file is UTF-16; save it as UTF-8 without BOM"}
	case FileNotUTF8:
		return Text{"raden innehåller tecken som inte är UTF-8; spara filen som UTF-8", "the line holds bytes that are not UTF-8; save the file as UTF-8"}
	default:
		return Text{"filen kan inte läsas ({got}); kontrollera sökväg och rättigheter", "the file cannot be read ({got}); check its path and permissions"}
	}
}

func (f Fault) keyTemplate() Text {
	switch f {
	case TooDeep:
		return Text{"för många nästlade klamrar; skriv värdet utan nästling", "too many nested brackets; write the value without nesting"}
	case UnknownKey:
		return Text{"okänd nyckel; rätta stavningen eller ta bort raden", "unknown key; correct the spelling or remove the line"}
	case KeyMissing:
		return Text{"nyckeln saknas men behövs för {got}; lägg till den", "the key is missing but {got} needs it; add it"}
	case WrongType:
		return Text{"{got} är av fel slag; skriv ett tillåtet värde", "{got} is of the wrong kind; write an allowed value"}
	case NotAllowed:
		return Text{"{got} är inte tillåtet; välj ett tillåtet värde", "{got} is not allowed; choose an allowed value"}
	case Empty:
		return Text{"värdet är tomt; ange minst ett", "the value is empty; give at least one"}
	case Duplicate:
		return Text{"{got} står mer än en gång; behåll en", "{got} stands more than once; keep one"}
	case NotInProduction:
		return Text{"{got} vägras i produktionsmiljö; välj ett annat värde eller trust.environment = \"test\"", "{got} is refused in production; choose another value or trust.environment = \"test\""}
	default:
		return Text{"inte giltig TOML ({got}); rätta raden, text står inom citattecken", "not valid TOML ({got}); correct the line, texts stand in quotes"}
	}
}
