package rpc

import "fmt"

// The numbers in this file are PKCS#11's (PKCS#11 2.40, header pkcs11t.h, and p11-kit's pkcs11.h).

// RV is what a PKCS#11 function returns, CKR_… there. All but OK are errors.
type RV uint64

func (rv RV) Error() string { return fmt.Sprintf("PKCS#11 error %#x", uint64(rv)) }

// What functions return.
const (
	OK                          RV = 0x00
	SlotIDInvalid               RV = 0x03
	GeneralError                RV = 0x05
	FunctionFailed              RV = 0x06
	ArgumentsBad                RV = 0x07
	NoEvent                     RV = 0x08
	AttributeSensitive          RV = 0x11
	AttributeTypeInvalid        RV = 0x12
	DataInvalid                 RV = 0x20
	DataLenRange                RV = 0x21
	DeviceError                 RV = 0x30
	DeviceRemoved               RV = 0x32
	FunctionCanceled            RV = 0x50
	FunctionNotSupported        RV = 0x54
	KeyHandleInvalid            RV = 0x60
	MechanismInvalid            RV = 0x70
	MechanismParamInvalid       RV = 0x71
	ObjectHandleInvalid         RV = 0x82
	OperationActive             RV = 0x90
	OperationNotInitialized     RV = 0x91
	SessionCount                RV = 0xb1
	SessionHandleInvalid        RV = 0xb3
	SessionParallelNotSupported RV = 0xb4
	TokenNotPresent             RV = 0xe0
	BufferTooSmall              RV = 0x150
	CryptokiNotInitialized      RV = 0x190
	FunctionRejected            RV = 0x200
)

// Kinds of objects (CKO_), of certificates (CKC_), of keys (CKK_), and categories of certificates (4.6.2).
const (
	ClassCertificate uint64 = 1
	ClassPublicKey   uint64 = 2
	ClassPrivateKey  uint64 = 3

	CertificateX509   uint64 = 0
	CategoryUser      uint64 = 1
	CategoryAuthority uint64 = 2

	KeyRSA uint64 = 0
)

// Attributes (CKA_).
const (
	AttrClass               uint32 = 0x000
	AttrToken               uint32 = 0x001
	AttrPrivate             uint32 = 0x002
	AttrLabel               uint32 = 0x003
	AttrValue               uint32 = 0x011
	AttrCertificateType     uint32 = 0x080
	AttrIssuer              uint32 = 0x081
	AttrSerialNumber        uint32 = 0x082
	AttrTrusted             uint32 = 0x086
	AttrCertificateCategory uint32 = 0x087
	AttrJavaDomain          uint32 = 0x088
	AttrKeyType             uint32 = 0x100
	AttrSubject             uint32 = 0x101
	AttrID                  uint32 = 0x102
	AttrSensitive           uint32 = 0x103
	AttrEncrypt             uint32 = 0x104
	AttrDecrypt             uint32 = 0x105
	AttrWrap                uint32 = 0x106
	AttrUnwrap              uint32 = 0x107
	AttrSign                uint32 = 0x108
	AttrSignRecover         uint32 = 0x109
	AttrVerify              uint32 = 0x10a
	AttrVerifyRecover       uint32 = 0x10b
	AttrDerive              uint32 = 0x10c
	AttrStartDate           uint32 = 0x110
	AttrEndDate             uint32 = 0x111
	AttrModulus             uint32 = 0x120
	AttrModulusBits         uint32 = 0x121
	AttrPublicExponent      uint32 = 0x122
	AttrPrivateExponent     uint32 = 0x123
	AttrPrime1              uint32 = 0x124
	AttrPrime2              uint32 = 0x125
	AttrExponent1           uint32 = 0x126
	AttrExponent2           uint32 = 0x127
	AttrCoefficient         uint32 = 0x128
	AttrPublicKeyInfo       uint32 = 0x129
	AttrPrimeBits           uint32 = 0x133
	AttrSubPrimeBits        uint32 = 0x134
	AttrValueBits           uint32 = 0x160
	AttrValueLen            uint32 = 0x161
	AttrExtractable         uint32 = 0x162
	AttrLocal               uint32 = 0x163
	AttrNeverExtractable    uint32 = 0x164
	AttrAlwaysSensitive     uint32 = 0x165
	AttrKeyGenMechanism     uint32 = 0x166
	AttrModifiable          uint32 = 0x170
	AttrCopyable            uint32 = 0x171
	AttrSecondaryAuth       uint32 = 0x200
	AttrAuthPinFlags        uint32 = 0x201
	AttrAlwaysAuthenticate  uint32 = 0x202
	AttrWrapWithTrusted     uint32 = 0x210
	AttrHWFeatureType       uint32 = 0x300
	AttrResetOnInit         uint32 = 0x301
	AttrHasReset            uint32 = 0x302
	AttrPixelX              uint32 = 0x400
	AttrPixelY              uint32 = 0x401
	AttrResolution          uint32 = 0x402
	AttrCharRows            uint32 = 0x403
	AttrCharColumns         uint32 = 0x404
	AttrColor               uint32 = 0x405
	AttrBitsPerPixel        uint32 = 0x406
	AttrMechanismType       uint32 = 0x500
	AttrWrapTemplate        uint32 = 0x40000211
	AttrUnwrapTemplate      uint32 = 0x40000212
	AttrDeriveTemplate      uint32 = 0x40000213
	AttrAllowedMechanisms   uint32 = 0x40000600
)

// Mechanisms (CKM_): those that sign, and the hashes that parameters name.
const (
	MechRSAPKCS          uint32 = 0x001
	MechRSAPKCSPSS       uint32 = 0x00d
	MechSHA256RSAPKCS    uint32 = 0x040
	MechSHA384RSAPKCS    uint32 = 0x041
	MechSHA512RSAPKCS    uint32 = 0x042
	MechSHA256RSAPKCSPSS uint32 = 0x043
	MechSHA384RSAPKCSPSS uint32 = 0x044
	MechSHA512RSAPKCSPSS uint32 = 0x045

	MechSHA256 uint64 = 0x250
	MechSHA384 uint64 = 0x260
	MechSHA512 uint64 = 0x270
)

// Mask generation functions (CKG_).
const (
	MGF1SHA256 uint64 = 2
	MGF1SHA384 uint64 = 3
	MGF1SHA512 uint64 = 4
)

// Flags (CKF_) of slots, tokens, sessions, mechanisms, and of waiting; and the states of sessions (CKS_).
const (
	SlotTokenPresent uint64 = 1 << 0
	SlotRemovable    uint64 = 1 << 1

	TokenWriteProtected uint64 = 1 << 1
	TokenLoginRequired  uint64 = 1 << 2
	TokenPINInitialized uint64 = 1 << 3
	TokenProtectedPath  uint64 = 1 << 8
	TokenInitialized    uint64 = 1 << 10

	SessionRW     uint64 = 1 << 1
	SessionSerial uint64 = 1 << 2
	StateROUser   uint64 = 1
	StateRWUser   uint64 = 3

	MechanismHW   uint64 = 1 << 0
	MechanismSign uint64 = 1 << 11

	WaitDontBlock uint64 = 1
)
