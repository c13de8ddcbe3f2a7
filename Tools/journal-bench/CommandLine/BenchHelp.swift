/// What the program says about itself, on one screen.
enum BenchHelp {
  static var text: String {
    let width = 13
    let cells = Cells.all.map { cell in
      "  \(cell.name)\(String(repeating: " ", count: width - cell.name.count))\(cell.summary)\n"
    }
    return """
      journal-bench: measures a state journal on this machine, beside what disk and kernel allow,
      a plain store in C, and SQLite where the system has it; in turns, round by round.

      usage: journal-bench CELL|all [options]
             journal-bench child --dir D --op update|load|recover|read …
             journal-bench peak COMMAND…

      \(cells.joined())  all          every cell, one table
        child        one measurement for an outside harness: --name value pairs in, key=value lines out
        peak         runs a command, prints the most memory it had resident

      options:
        --dir D            files are made in a new directory inside D (here), removed at the end
        --rounds N         how often everything is measured; medians and spread are shown
        --seconds T        how long each measurement of a round takes
        --streams N[,N…]   how many streams the state has
        --updates N        how many updates a long run makes
        --value-bytes N    the size of a value (100)
        --writers N[,N…]   how many threads or tasks write
        --json             JSON instead of a table

      On a busy machine a sync waits for the scheduler more than for the disk: chrt -f 5 journal-bench …
      Contents are checked in every cell: stores are reopened, and files of bare loops read, and held
      against what was written.
      exit codes: 0 measured, 1 failed or wrong content was found, 2 usage

      """
  }
}
