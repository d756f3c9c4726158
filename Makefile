# make help lists what there is to make.
SHELL := /bin/sh
GO    ?= go
BIN   := bin

# agentd needs the C library to look people up (NSS) and to reach PC/SC; cardhost to load PKCS#11 modules. The others
# start faster without it.
PROGRAMS := siths-agentd siths-cardhost
STATIC   := siths-courier siths-ticket siths-sever siths-pam sithsctl siths-vcard
# What stands on people's desks is built without debugging symbols: small, and no help to who looks into it.
DESKTOP  := $(notdir $(wildcard cmd/siths-window))
RESIDENT := $(notdir $(wildcard cmd/siths-tray))
GOFLAGS_BUILD := -trimpath

# Fyne draws without OpenGL where this tag is given, so that tests and checks need not build it once more.
TEST_TAGS := -tags ci

# The PAM module is the only C in the house. Each flag makes a class of faults harmless or visible.
PAM_SOURCES := $(wildcard cmd/pam_siths/*.c)
PAM_CFLAGS  := -std=c11 -D_GNU_SOURCE -O2 -g -fPIC -fvisibility=hidden -Wall -Wextra -Werror -Wformat=2 -Wshadow \
	-Wconversion -Wstrict-prototypes -U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=3 -fstack-protector-strong -fstack-clash-protection
PAM_LDFLAGS := -shared -Wl,-z,relro,-z,now,-z,noexecstack,-z,defs
PAM_LIBS    := -lpam

# What has no C builds for Windows too, from the first day.
WINDOWS := $(shell $(GO) list ./... 2>/dev/null | grep -v -e /siths-cardhost -e /host/child -e /internal/stack -e /internal/walk -e /internal/lab/up -e /internal/bench -e /pamtest)

.PHONY: help setup build test run bench check cross fuzz sim soak memscan canary lab clean

help: ## list the targets
	@sed -n 's/^\([a-z]*\):.*## \(.*\)/  make \1\t\2/p' Makefile | expand -t 18

setup: ## install what is missing on this Debian
	@installer/linux/setup.sh
	@installer/linux/get-elogind.sh $(BIN)/lab/elogind
	@installer/linux/get-kernel.sh $(BIN)/lab/kernel

build: ## build every program into bin/
	$(GO) build $(GOFLAGS_BUILD) -o $(BIN)/ $(addprefix ./cmd/,$(PROGRAMS))
	CGO_ENABLED=0 $(GO) build $(GOFLAGS_BUILD) -o $(BIN)/ $(addprefix ./cmd/,$(STATIC))
	$(if $(RESIDENT),CGO_ENABLED=0 $(GO) build $(GOFLAGS_BUILD) -ldflags '-s -w' -o $(BIN)/ ./cmd/$(RESIDENT))
	$(if $(DESKTOP),$(GO) build $(GOFLAGS_BUILD) -ldflags '-s -w' -o $(BIN)/ ./cmd/$(DESKTOP))
	gcc $(PAM_CFLAGS) $(CPPFLAGS) $(PAM_SOURCES) $(PAM_LDFLAGS) -o $(BIN)/pam_siths.so $(PAM_LIBS)

run: setup build ## walk through the main job with a virtual card, on a desktop with tray and window (REAL=1 TRUST=DIR: whose card is in the real reader)
	$(GO) run ./internal/walk $(if $(REAL),-real) $(if $(TRUST),-trust $(TRUST)) $(if $(ENVIRONMENT),-environment $(ENVIRONMENT))

test: setup build check ## set up what is missing, then pass all tests
	$(GO) test $(TEST_TAGS) -race -shuffle=on -timeout 30m ./...

STATICCHECK := honnef.co/go/tools/cmd/staticcheck@v0.7.0

check: cross ## formatting, vet, staticcheck, and Windows
	@test -z "$$(gofmt -s -l $$(git ls-files '*.go'))" || { gofmt -s -l $$(git ls-files '*.go'); exit 1; }
	$(GO) mod tidy -diff
	$(GO) vet $(TEST_TAGS) ./...
	$(GO) run $(STATICCHECK) $(TEST_TAGS) ./...

cross: ## vet and build for Windows what has no C
	GOOS=windows CGO_ENABLED=0 $(GO) vet $(TEST_TAGS) $(WINDOWS)
	GOOS=windows CGO_ENABLED=0 $(GO) build -o $(BIN)/windows/ ./cmd/siths-agentd ./cmd/siths-courier ./cmd/sithsctl ./cmd/siths-vcard $(addprefix ./cmd/,$(RESIDENT))

bench: setup build ## print the figures, each beside its peer in the same run (ONLY=words: of one part)
	$(GO) run ./internal/bench $(if $(ONLY),-only '$(ONLY)')

# The long forms. What they find goes into docs/reliability.md, a row each.
LONG = SITHS_LONG=1 SITHS_SHEET=$(CURDIR)/docs/reliability.md $(GO) test $(TEST_TAGS) -count=1 -v

sim: ## simulate a hundred workstation-years with faults (SEED=N replays one)
	$(LONG) -timeout 30m $(if $(SEED),-run '^TestTheWorkstationsKeepTheirPromises$$') ./internal/sim $(if $(SEED),-args -seed=$(SEED))

soak: setup build ## the long forms: card faults, restarts, neighbours, PAM, 10,000 logins (ONLY=regexp)
	$(LONG) -timeout 3h -p 1 $(if $(ONLY),-run '$(ONLY)') ./internal/soak/... ./internal/stack/sso ./internal/stack/pages ./agent

memscan: setup build ## look for the PIN in every process, from outside
	$(LONG) -timeout 30m ./internal/memscan

canary: ## switch each security control off and see the tests turn red
	$(LONG) -timeout 60m ./internal/canary

lab: setup ## bring up stand-ins of business systems on 127.0.0.1: Kerberos, Active Directory, web servers, ssh
	$(GO) run ./internal/lab/up

FUZZTIME ?= 30s
fuzz: ## run every fuzz target for FUZZTIME (ONLY=name: one of them)
	@$(GO) run ./internal/fuzzrun -for $(FUZZTIME) -sheet docs/reliability.md $(if $(ONLY),-only $(ONLY))

clean: ## remove what was built
	rm -rf $(BIN)
