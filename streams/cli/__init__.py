"""The command `maskstream`, one module a command group, no logic of its own."""
