using System.CommandLine;
using System.CommandLine.Parsing;
using Propolis.Cli.Commands;
using Propolis.Cli.Commands.Cluster;

namespace Propolis.Cli;

/// <summary>The command line as a whole: reads the words and runs the command. Exit codes: 0 it worked, 1 it did not, 2 it was not understood.</summary>
static class CliProgram
{
    /// <summary>Every command.</summary>
    static readonly ICliCommand[] Commands =
    [
        new NewCommand(),
        new GetCommand(),
        new SpecCommand(),
        new StateCommand(),
        new MonitorCommand(),
        new SerialCommand(),
        new InjectNmiCommand(),
        new VcrCommand(),
        new MigrateCommand(),
        .. ClusterCommands.All,
        new CompletionCommand(),
    ];

    /// <summary>The whole tree of commands.</summary>
    public static RootCommand BuildRoot(CommandHost host)
    {
        var root = new RootCommand("Drives one propolis-server, or with --silo a cluster of them.");
        host.Globals.AddTo(root);
        foreach (var command in Commands) root.Add(command.Build(host));
        return root;
    }

    /// <summary>Runs the program and returns its exit code.</summary>
    public static async Task<int> RunAsync(string[] args, CommandHost host, CancellationToken stop = default)
    {
        var parsed = BuildRoot(host).Parse(args);
        if (parsed.Errors.Count > 0)
        {
            await host.Errors.WriteLineAsync($"propolis-cli: {parsed.Errors[0].Message}");
            return CliException.Usage;
        }
        using var trace = CommandTrace.Begin(Words(parsed));
        return await parsed.InvokeAsync(new InvocationConfiguration { Output = host.Output, Error = host.Errors, EnableDefaultExceptionHandler = false }, stop);
    }

    static string Words(ParseResult parsed)
    {
        var words = new List<string>();
        for (SymbolResult? result = parsed.CommandResult; result is CommandResult command; result = command.Parent) words.Add(command.Command.Name);
        return string.Join(' ', Enumerable.Reverse(words));
    }
}
