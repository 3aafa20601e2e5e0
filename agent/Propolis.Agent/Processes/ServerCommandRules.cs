using System.Globalization;

namespace Propolis.Agent.Processes;

/// <summary>The command line of propolis-server, and how its processes are told apart.</summary>
static class ServerCommandRules
{
    /// <summary>The environment variable that holds the VMM's folder: a process that has it belongs to this VMM and to no other.</summary>
    public const string MarkVariable = "PROPOLIS_VMM_FOLDER";

    /// <summary>The arguments.</summary>
    /// <param name="start">How it is started.</param>
    /// <param name="host">The address it listens on.</param>
    public static IReadOnlyList<string> Arguments(ServerStart start, string host)
    {
        var listen = string.Create(CultureInfo.InvariantCulture, $"{host}:{start.Port}");
        List<string> arguments = ["run", "--listen", listen];
        if (start.MigrationPort != 0)
            Add("--migration-listen", string.Create(CultureInfo.InvariantCulture, $"{host}:{start.MigrationPort}"));
        Add("--bootrom", start.Boot.Bootrom);
        Add("--kernel", start.Boot.Kernel);
        Add("--initrd", start.Boot.Initrd);
        Add("--cmdline", start.Boot.Cmdline);
        Add("--leases", start.Leases);
        return arguments;

        void Add(string option, string? value)
        {
            if (value is not null)
                arguments.AddRange([option, value]);
        }
    }

    /// <summary>Whether an environment (<c>/proc/PID/environ</c>: entries that end in zeros) carries the mark of a VMM's folder.</summary>
    public static bool HasMark(ReadOnlySpan<byte> environment, string folder)
    {
        var mark = System.Text.Encoding.UTF8.GetBytes($"{MarkVariable}={folder}");
        foreach (var range in environment.Split((byte)0))
        {
            if (environment[range].SequenceEqual(mark))
                return true;
        }
        return false;
    }
}
