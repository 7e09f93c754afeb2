# The payment system. `make` without a target prints the list of targets.
# Logic lives in Python modules (infra/...); recipes only call them.

PYTHON   ?= python3
PORT     ?= 8080
EXPIRY_S ?= 900
STAGE    ?= dev

# One environment per requested interpreter: `make test PYTHON=python3.13` works beside the usual .venv.
SUFFIX    := $(if $(filter python3,$(PYTHON)),,-$(notdir $(PYTHON)))
VENV      := .venv$(SUFFIX)
MINISTACK := .venv-ministack$(SUFFIX)
LOCKS     := infra/requirements
INTERPRETER := $(shell sh $(LOCKS)/find-python.sh $(PYTHON))
# A stamp carries the interpreter's version, so another version rebuilds the environment.
PYTHON_VERSION := $(word 2,$(INTERPRETER))
DEV       := $(VENV)/.installed-$(PYTHON_VERSION)
LOCAL_AWS := $(MINISTACK)/.installed-$(PYTHON_VERSION)
SCAN      := .venv-scan$(SUFFIX)
SCANNERS  := $(SCAN)/.installed-$(PYTHON_VERSION)
NODE      := .node/.installed
SYSTEM    := .node/.system

# The services of the generated catalogue, which names one in each line of a tuple.
SERVICES  := $(shell sed -n '/^SERVICES/,/^$$/s/^ *"\(.*\)",$$/\1/p' generated/catalogue.py)
RUN       := $(VENV)/bin/python -m
# Modules are imported from the root. Exported, so that make starts Python without a shell between: signals arrive.
export PYTHONPATH := .
# A run starts many processes; with this variable, each of them would compile the sources again.
unexport PYTHONDONTWRITEBYTECODE
INSTALL   := $(firstword $(INTERPRETER)) $(LOCKS)/install.py
PYTEST    := $(RUN) pytest
SCHEMA    := $(SCAN)/bin/check-jsonschema --builtin-schema vendor
ZIZMOR    := $(SCAN)/bin/zizmor --offline --quiet --no-progress --persona pedantic
# One process per core: setting up a third one costs more than it saves.
PARALLEL  := -n 2 --dist loadgroup
ARGS      ?=
MUTANTS   ?= 60
FAULTS    ?= 100

# $(call step,command,what fixes a failure)
step = @$(1) || { echo "make $@ failed. Fix: $(2)" >&2; exit 1; }

.DEFAULT_GOAL := help
.PHONY: help setup run token demo reset generate service build deploy test test-decisions coverage quick check check-static \
	check-generated check-format check-lint check-types check-imports check-services check-template check-contracts check-rules \
	check-security check-workflows \
	format lint types lock clean docs compat release-contract mutants fuzz simulate faults load bench sbom security \
	$(SERVICES:%=build-%) $(SERVICES:%=test-%)

##@ Use it
help: ## Print this help
	@awk 'BEGIN {FS = ":.*## "} /^##@ / {printf "\n%s\n", substr($$0, 5)} \
		/^[a-z-]+(<[a-z]+>)?:.*## / {printf "  make %-22s %s\n", $$1, $$2} \
		/^# target: / {sub("# target: ", ""); split($$0, t, " ## "); printf "  make %-22s %s\n", t[1], t[2]}' $(MAKEFILE_LIST)

run: $(DEV) $(LOCAL_AWS) ## Start the whole system on this machine (PORT=8080 EXPIRY_S=900); Ctrl-C stops it
	@$(RUN) infra.local run --port $(PORT) --expiry-s $(EXPIRY_S)

token: $(DEV) ## Print a bearer token: make -s token USER=alice, or ROLE=operator
	@$(RUN) infra.local token $(if $(ROLE),--role $(ROLE),--user $(if $(filter command line,$(origin USER)),$(USER),alice))

demo: $(DEV) ## Make one payment for each way in which a payment can end, and show its events
	@$(RUN) infra.local demo

reset: $(DEV) ## Delete the local state
	@$(RUN) infra.local reset

##@ Change it
generate: $(DEV) ## Turn specs/ into generated/ and the reference docs
	@$(RUN) infra.generate
	@$(RUN) infra.services --remind

service: $(DEV) ## Lay out a new service: make service NAME=receipt-sender
	@$(RUN) infra.services create $(NAME)

# target: test ## Run every test
# target: test-<service> ## Run the tests of one service, e.g. make test-wallet-service
# target: coverage ## Run every test, and write htmlcov/
# target: check ## Everything CI runs: drift, format, lint, types, imports, template, contracts, workflows, scanners, tests
test: $(DEV) $(LOCAL_AWS) $(NODE) $(SYSTEM)
	$(call step,$(PYTEST) $(PARALLEL) $(ARGS),see the failure above; run one test with: make test ARGS='-k name -n 0')

$(SERVICES:%=test-%): test-%: $(DEV) $(LOCAL_AWS)
	$(call step,$(PYTEST) $(PARALLEL) -m $(subst -,_,$*) $(ARGS),see the failure above)

test-decisions: $(DEV)
	$(call step,$(PYTEST) -n 0 --quiet tests/decisions $(ARGS),see the failure above)

coverage: $(DEV) $(LOCAL_AWS) $(NODE) $(SYSTEM)
	$(call step,$(PYTEST) $(PARALLEL) --cov --cov-report=term-missing:skip-covered --cov-report=html $(ARGS),see above)

quick: $(DEV) $(NODE) ## Check format, lint, types, decisions and the contracts' rules while you work (30 seconds)
	@$(MAKE) --no-print-directory --jobs=2 --output-sync=target check-types check-rules test-decisions \
		check-format check-lint

# The static ones first, two at a time; `make -k check` continues after a failure.
check: check-static test

check-static: $(DEV) $(NODE) $(SCANNERS) check-services
	@$(MAKE) --no-print-directory --jobs=2 --output-sync=target check-security check-contracts check-types \
		check-template check-generated check-workflows check-format check-lint check-imports

# First, because what a service lacks makes the other checks fail in places that do not name it.
check-services: $(DEV)
	$(call step,$(RUN) infra.services,write what is named above)

check-generated: $(DEV)
	$(call step,$(RUN) infra.generate --check,make generate)

check-format: $(DEV)
	$(call step,$(RUN) ruff format --check --quiet .,make format)

check-lint: $(DEV)
	$(call step,$(RUN) ruff check --quiet .,make lint (it also fixes what it can))

check-types: $(DEV)
	$(call step,$(RUN) mypy,add the missing decision or type named above)

check-imports: $(DEV)
	$(call step,$(VENV)/bin/lint-imports --no-logo,follow the import rules in pyproject.toml)

check-template: $(DEV)
	$(call step,$(RUN) infra.deploy --lint,correct infra/template at the resource named above)

check-rules: $(DEV) $(NODE)
	$(call step,$(RUN) infra.contracts lint,correct specs/ at the place named above)

check-contracts: check-rules
	$(call step,$(RUN) infra.contracts compat,do what the last lines above say; specs/README.md shows how)
	$(call step,$(RUN) infra.contracts mutants --sample $(MUTANTS) --jobs 2,add the contract test that notices)

check-security: $(SCANNERS) $(DEV)
	$(call step,$(RUN) infra.scan,correct it or accept it with a reason in infra/scan/accepted.py)

# Offline: the schemas come with check-jsonschema, and zizmor asks no server.
check-workflows: $(SCANNERS)
	$(call step,$(SCHEMA).github-workflows .github/workflows/*.yml,correct the workflow at the place named above)
	$(call step,$(SCHEMA).dependabot .github/dependabot.yml,correct it at the place named above)
	$(call step,$(ZIZMOR) .github,correct the workflow at the place named above)

format: $(DEV) ## Format the code
	@$(RUN) ruff format . && $(RUN) ruff check --quiet --select I --fix .

lint: $(DEV) ## Lint, and fix what can be fixed
	@$(RUN) ruff check --fix .

types: check-types ## Check the types (mypy strict)

##@ Prove it
compat: $(DEV) $(NODE) ## Compare specs/ and the stateful parts of the template with the newest release, one line for each change
	@$(RUN) infra.contracts compat

mutants: $(DEV) $(NODE) ## Change every part of the contracts, one at a time, and report what no check notices (minutes)
	@$(RUN) infra.contracts mutants $(ARGS)

fuzz: $(DEV) $(LOCAL_AWS) ## Send every pair new payloads, then fuzz the API with schemathesis, all phases (minutes)
	@$(RUN) infra.contracts fuzz $(ARGS)

simulate: $(DEV) ## Simulate payments under faults: SEED=44 replays one, SIZE=quick|test|full
	@$(RUN) tests.simulation $(if $(SEED),--seed $(SEED),--size $(or $(SIZE),quick)) $(ARGS)

faults: $(DEV) $(LOCAL_AWS) ## Send payments through a local AWS that throttles, fails and loses answers (FAULTS=100 each)
	@FAULTS_PAYMENTS=$(FAULTS) $(PYTEST) tests/end_to_end/test_faults.py -n 0 $(ARGS)

load: $(DEV) $(LOCAL_AWS) ## Load the local stack: a sustained rate, then a burst of 200 payments
	@$(RUN) tests.performance.load $(ARGS)

bench: $(DEV) $(LOCAL_AWS) ## Measure start, CPU, calls, cost, contention and the pipeline
	@$(RUN) tests.performance $(ARGS)

security: check-security ## Scan template, policies, code and dependencies

##@ Ship it
build: $(DEV) ## Build one Lambda package per service (build/aws)
	@$(RUN) infra.package --target aws

# target: build-<service> ## Build one package, e.g. make build-wallet-service
$(SERVICES:%=build-%): build-%: $(DEV)
	@$(RUN) infra.package --target aws --service $*

deploy: $(DEV) ## Deploy to AWS by change set: make deploy STAGE=dev
	@$(RUN) infra.deploy --stage $(STAGE) $(ARGS)

docs: $(DEV) $(NODE) ## Build the documentation site into build/site
	@$(RUN) infra.site --out build/site

sbom: $(SCANNERS) $(DEV) ## Write the bill of materials of every lock (CycloneDX) into build/sbom
	@$(RUN) infra.sbom

release-contract: $(DEV) $(NODE) ## Freeze specs/ as a released version: make release-contract VERSION=1.1.0
	@$(RUN) infra.contracts release $(VERSION)

##@ Keep it
setup: $(DEV) $(LOCAL_AWS) $(NODE) $(SYSTEM) $(SCANNERS) ## Install everything that the other targets need (each installs what it needs automatically)

lock: $(DEV) ## Lock the newest versions of infra/requirements/*.in
	@$(firstword $(INTERPRETER)) $(LOCKS)/lock.py --uv $(VENV)/bin/uv

clean: ## Remove environments, build output and caches (not the local state: make reset)
	rm -rf .venv* .node build htmlcov .coverage* .mypy_cache .pytest_cache .ruff_cache .import_linter_cache .hypothesis .schemathesis

$(DEV): $(LOCKS)/dev.txt $(LOCKS)/bootstrap.txt $(LOCKS)/install.py
	@test -n "$(PYTHON_VERSION)" && $(INSTALL) dev --into $(VENV) && rm -f $(VENV)/.installed-* && touch $@

$(LOCAL_AWS): $(LOCKS)/ministack.txt $(LOCKS)/install.py $(DEV)
	@$(INSTALL) ministack --into $(MINISTACK) --uv $(VENV)/bin/uv && rm -f $(MINISTACK)/.installed-* && touch $@

$(SCANNERS): $(LOCKS)/scan.txt $(LOCKS)/install.py $(DEV)
	@$(INSTALL) scan --into $(SCAN) --uv $(VENV)/bin/uv && rm -f $(SCAN)/.installed-* && touch $@

$(NODE): $(LOCKS)/node/package-lock.json $(LOCKS)/node/install.py $(LOCKS)/node/wheel.txt $(DEV)
	@$(VENV)/bin/python $(LOCKS)/node/install.py --into .node --uv $(VENV)/bin/uv && touch $@

# Chromium and Valgrind. Without them, the tests that need them report that and are skipped.
$(SYSTEM): $(NODE) $(LOCKS)/system.sh
	@sh $(LOCKS)/system.sh && touch $@
