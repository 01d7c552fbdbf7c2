# Each target is one line over launcher/: `python3 -m launcher run` is the same.
PYTHON ?= python3

.PHONY: run test test-fast test-livekit check demo bench lock pictures
run demo bench check lock pictures:
	@$(PYTHON) -m launcher $@
test test-fast test-livekit:
	@$(PYTHON) -m launcher $@ $(ARGS)
