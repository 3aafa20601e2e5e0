using System.CommandLine;
using Propolis.Crucible.Downstairs.Program;

var root = new RootCommand("Keeps one replica of a Crucible region and serves it.")
{
    CreateCommand.Build(),
    RunCommand.Build(),
    DumpCommand.Build(),
    VerifyCommand.Build(),
    CloneCommand.Build(),
    SnapshotDeleteCommand.Build(),
};
return await root.Parse(args).InvokeAsync();
