package vcard

import (
	"bytes"
	"compress/zlib"
	"crypto/x509"
	"errors"
	"io"
	"strconv"
	"strings"
	"testing"
)

func TestTheAnswerToResetCanHaveAnyLength(t *testing.T) {
	device, _, slot := insertedDevice(t, Config{})
	own := slot.atr(t)
	for _, n := range []int{0, 1, 20, 33, 34, 4000} {
		set(t, device, "fault atr "+strconv.Itoa(n))
		if got := slot.atr(t); len(got) != n || !bytes.HasPrefix(got, own[:min(n, len(own))]) {
			t.Errorf("%d bytes wanted, got %X", n, got)
		}
	}
	device.Clear()
	if got := slot.atr(t); !bytes.Equal(got, own) {
		t.Errorf("afterwards it is %X", got)
	}
}

// files of the card that answers.
func filesOf(d *Device) map[uint16][]byte {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.current().personality.(*idprime).files
}

// sizeInIndex is what the card's index says of a file.
func sizeInIndex(files map[uint16][]byte, id uint16) int {
	for row := files[fileIndex][1:]; len(row) >= 21; row = row[21:] {
		if uint16(row[0])<<8|uint16(row[1]) == id {
			return int(row[2])<<8 | int(row[3])
		}
	}
	return -1
}

func TestTheListOfKeysCanBeWrong(t *testing.T) {
	for how, n := range map[string]int{"empty": 0, "garbage": 2 * 86, "longest": 65535} {
		device := NewDevice(trainingCard(t), Config{})
		honest := filesOf(device)[fileContainerMap]
		set(t, device, "fault container-map "+how)
		files := filesOf(device)
		if got := files[fileContainerMap]; len(got) != n || bytes.Equal(got, honest) || sizeInIndex(files, fileContainerMap) != n {
			t.Errorf("%s: %d bytes, %d in the index", how, len(got), sizeInIndex(files, fileContainerMap))
		}
		device.Clear()
		if !bytes.Equal(filesOf(device)[fileContainerMap], honest) {
			t.Errorf("%s: it stays", how)
		}
	}
}

// unpacked is the content of the nth certificate's file.
func unpacked(t testing.TB, d *Device, n uint16) []byte {
	t.Helper()
	r, err := zlib.NewReader(bytes.NewReader(filesOf(d)[fileCertificates+n][4:]))
	if err != nil {
		t.Fatal(err)
	}
	content, err := io.ReadAll(r)
	if err != nil {
		t.Fatal(err)
	}
	return content
}

func TestTheCertificateCanBeNone(t *testing.T) {
	device := NewDevice(trainingCard(t), Config{})
	set(t, device, "fault certificate garbage")
	if cert, err := x509.ParseCertificate(unpacked(t, device, 0)); err == nil {
		t.Errorf("it is %v", cert.Subject)
	}
}

func TestTheLongestCertificateIsOneAndFillsAFile(t *testing.T) {
	device := NewDevice(trainingCard(t), Config{})
	set(t, device, "fault certificate chain")
	for n := range uint16(chainLen) {
		der := unpacked(t, device, n)
		if _, err := x509.ParseCertificate(der); err != nil || len(der) != maxFileLen {
			t.Errorf("number %d has %d bytes: %v", n, len(der), err)
		}
	}
	set(t, device, "fault certificate longest")
	if files := filesOf(device); files[fileCertificates] == nil || files[fileCertificates+1] != nil {
		t.Error("there is not one certificate")
	}
}

func TestACertificateCanHaveTenThousandNames(t *testing.T) {
	device := NewDevice(trainingCard(t), Config{})
	set(t, device, "fault certificate names")
	cert, err := x509.ParseCertificate(unpacked(t, device, 0))
	if err != nil || len(cert.DNSNames) != sanCount {
		t.Fatalf("%d names, %v", len(cert.DNSNames), err)
	}
}

func TestASmallFileCanUnpackToTwentyMegabytes(t *testing.T) {
	device := NewDevice(trainingCard(t), Config{})
	set(t, device, "fault certificate bomb")
	files := filesOf(device)
	if n := len(files[fileCertificates]); n > maxFileLen/2 || sizeInIndex(files, fileCertificates) != n {
		t.Errorf("the file has %d bytes, %d in the index", n, sizeInIndex(files, fileCertificates))
	}
	if got := len(unpacked(t, device, 0)); got != bombLen {
		t.Errorf("it unpacks to %d bytes", got)
	}
}

func TestAnAlteredCardKeepsItsPINCounter(t *testing.T) {
	device, _, slot := insertedDevice(t, Config{})
	set(t, device, "fault certificate garbage")
	slot.transmit(t, verifyAPDU("000000"), 0x63C2)
	device.Clear()
	slot.transmit(t, "00 20 00 11", 0x63C2)
}

func TestAFaultThatCannotBeMadeLeavesTheCardAsItIs(t *testing.T) {
	device, _, slot := insertedDevice(t, Config{})
	slot.transmit(t, verifyAPDU(trainingPIN), swOK)
	if err := device.Fault("container-map", "thin"); !errors.As(err, new(FaultArgumentError)) {
		t.Fatal(err)
	}
	slot.transmit(t, "00 20 00 11", swOK)
}

func TestTheCounterOfTriesCanLie(t *testing.T) {
	device, _, slot := insertedDevice(t, Config{})
	set(t, device, "fault counter 7")
	slot.transmit(t, "00 20 00 11", 0x63C7)
	slot.transmit(t, verifyAPDU("000000"), 0x63C7)
	slot.transmit(t, verifyAPDU(trainingPIN), swOK)
	slot.transmit(t, "00 20 00 11", swOK)
	device.Clear()
	slot.transmit(t, verifyAPDU("000000"), 0x63C2)
}

func TestAReplayedSignatureIsTheFirstOneAgain(t *testing.T) {
	device, _, slot := insertedDevice(t, Config{})
	set(t, device, "fault replayed")
	first := slot.sign(t)
	if !verifies(publicKey(t, device), first) {
		t.Error("the first one is not honest")
	}
	slot.transmit(t, environmentAPDU(0x42, 0x56), swOK)
	slot.transmit(t, hashAPDU(bytes.Repeat([]byte{1}, 32)), swOK)
	if again := slot.transmit(t, "00 2A 9E 9A 00", swOK); !bytes.Equal(again, first) {
		t.Error("it has signed anew")
	}
}

func TestTheHelpNamesEveryFault(t *testing.T) {
	help := FaultHelp()
	kinds := faultKinds()
	for _, kind := range kinds {
		if !strings.Contains(help, "  "+kind.name) || !strings.Contains(help, kind.does) || kind.does == "" {
			t.Errorf("%s is not in the help", kind.name)
		}
		if err := NewDevice(trainingCard(t), Config{}).Fault(kind.name, "x=y"); !errors.As(err, new(FaultArgumentError)) {
			t.Errorf("fault %s x=y: %v", kind.name, err)
		}
	}
	if len(kinds) < 24 {
		t.Errorf("there are %d kinds", len(kinds))
	}
}

func TestACardOfTwoPINsShowsWrongCertificatesToo(t *testing.T) {
	for how, want := range map[string]int{"garbage": 1, "longest": 1, "names": 1, "chain": chainLen} {
		device := NewDevice(twoPINCard(t), Config{})
		honest := device.current().personality.(*pkcs15).files[path(fileApplication, fileFirstOfCerts)]
		set(t, device, "fault certificate "+how)
		files := device.current().personality.(*pkcs15).files
		shown := files[path(fileApplication, fileFirstOfCerts)]
		if _, more := files[path(fileApplication, fileFirstOfCerts+want)]; more || bytes.Equal(shown, honest) {
			t.Errorf("%s: %d bytes are shown, and more certificates: %v", how, len(shown), more)
		}
		if err := device.SetTriesOf(SignPIN, 1); err != nil || *device.card.TriesOf(SignPIN) != 1 {
			t.Errorf("%s: the codes are others: %v", how, err)
		}
	}
}

func TestFilesThatACardHasNotCannotBeWrong(t *testing.T) {
	device := NewDevice(twoPINCard(t), Config{})
	for _, name := range []string{"container-map", "certificate"} {
		if err := device.Fault(name, map[string]string{"container-map": "empty", "certificate": "bomb"}[name]); !errors.Is(err, errNoFiles) {
			t.Errorf("%s: %v", name, err)
		}
	}
}
