# Each target only calls launcher/: `make run` is the same as `python3 -m launcher run`.
PYTHON ?= python3

.PHONY: run test test-livekit check demo bench lock pictures
run demo bench check lock pictures:
	@$(PYTHON) -m launcher $@
test test-livekit:
	@$(PYTHON) -m launcher $@ $(ARGS)
