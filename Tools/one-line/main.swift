// Starts, prints a line, ends: what any tool written in Swift takes at least.

print("one line")
