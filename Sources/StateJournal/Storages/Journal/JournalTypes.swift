// What a ``JournalStateStorage`` takes and gives: options, reports, errors, file systems. Re-exported,
// so that `import StateJournal` is enough; aliases would not do, because the members of a type are
// visible only with the module that declares them (SE-0444).
@_exported public import FileIO
@_exported public import JournalEngine
@_exported public import JournalFormat
