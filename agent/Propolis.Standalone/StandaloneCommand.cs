using System.CommandLine;
using System.Net.Sockets;
using Propolis.Standalone.Config;
using Propolis.Standalone.Running;
using Propolis.Toml;
using Propolis.Vmm.Block;
using Propolis.Vmm.Hypervisor;
using Propolis.Vmm.Machine;
using Propolis.Vmm.Net;
using Propolis.Vmm.State;

namespace Propolis.Standalone;

/// <summary>The command line: reads it, runs what it asks for, and turns every operating error into one sentence and an exit code (1, or 2 for configuration and usage).</summary>
static class StandaloneCommand
{
    static readonly Argument<string> File = new("config") { Description = "the machine's TOML file, or with --restore a snapshot" };
    static readonly Option<bool> Snapshot = new("--snapshot", "-s") { Description = "an interrupt (Ctrl-C) writes a snapshot and ends the machine" };
    static readonly Option<bool> Restore = new("--restore", "-r") { Description = "go on from a snapshot" };
    static readonly Option<bool> Terminal = new("--console") { Description = "join this terminal to the guest's first serial port; Ctrl-A Ctrl-C interrupts" };
    static readonly Option<bool> Files = new("--files") { Description = "list the files that the configuration names (r or w, tab, path) and run nothing" };
    static readonly Option<LogLevel> Level = new("--log-level")
    {
        Description = "error, warn, info or debug; the variable PROPOLIS_LOG says it, too",
        DefaultValueFactory = _ => Enum.TryParse<LogLevel>(Environment.GetEnvironmentVariable("PROPOLIS_LOG"), ignoreCase: true, out var level) ? level : LogLevel.Info,
    };

    /// <summary>Runs the program and returns its exit code.</summary>
    public static async Task<int> RunAsync(string[] args, TextWriter output, TextWriter errors)
    {
        var root = new RootCommand("Runs one virtual machine from a TOML file. Signals: INT stops it (or takes the snapshot), TERM stops it, USR1 presses the power button.")
        {
            File, Snapshot, Restore, Terminal, Files, Level,
        };
        var parsed = root.Parse(args);
        if (parsed.Errors.Count > 0)
        {
            await errors.WriteLineAsync($"propolis-standalone: {parsed.Errors[0].Message}");
            return ConfigException.ExitCode;
        }
        root.SetAction((asked, _) => GuardedAsync(asked, output, errors));
        return await parsed.InvokeAsync(new InvocationConfiguration { Output = output, Error = errors, EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = null });
    }

    static async Task<int> GuardedAsync(ParseResult asked, TextWriter output, TextWriter errors)
    {
        try
        {
            return await ExecuteAsync(asked, output, errors);
        }
        catch (ConfigException wrong)
        {
            await errors.WriteLineAsync($"propolis-standalone: {wrong.Message}");
            return ConfigException.ExitCode;
        }
        catch (Exception failure) when (failure is HypervisorException or MachineException or BlockBackendException or NetBackendException
            or StateFormatException or IOException or SocketException or UnauthorizedAccessException)
        {
            await errors.WriteLineAsync($"propolis-standalone: {failure.Message}");
            return ExitRules.Failure;
        }
    }

    static async Task<int> ExecuteAsync(ParseResult asked, TextWriter output, TextWriter errors)
    {
        var options = new RunOptions
        {
            File = asked.GetValue(File)!,
            SnapshotOnInterrupt = asked.GetValue(Snapshot),
            Restore = asked.GetValue(Restore),
            Console = asked.GetValue(Terminal),
            Level = asked.GetValue(Level),
        };
        if (asked.GetValue(Files))
        {
            using var source = RunSource.Open(options);
            foreach (var line in ConfigFiles.Lines(source.Config)) await output.WriteLineAsync(line);
            return 0;
        }
        return await new StandaloneRun(options, new Log(errors, options.Level), TimeProvider.System).RunAsync();
    }
}
