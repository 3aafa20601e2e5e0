using System.CommandLine;
using System.Net;
using Propolis.Agent.Processes;
using Propolis.Agent.Vmms;
using Propolis.Contracts.Ids;

namespace Propolis.Agent;

/// <summary><c>propolis-agent run</c>: the sled's daemon, until SIGINT or SIGTERM. VMs run on when it ends.</summary>
static class RunCommand
{
    static readonly Option<string> Sled = new("--sled") { Description = "The sled's name in the cluster, sled-...", Required = true };
    static readonly Option<string> Listen = new("--listen") { Description = "Where REST listens, IP:PORT", DefaultValueFactory = _ => "127.0.0.1:12300" };
    static readonly Option<string?> Address = new("--address") { Description = "What silos reach it by, http://IP:PORT; where it listens by default" };
    static readonly Option<string[]> Silo = new("--silo") { Description = "A silo, http://IP:PORT; several are tried in turn", AllowMultipleArgumentsPerToken = true };
    static readonly Option<string> Data = new("--data") { Description = "Folder of what the agent keeps", DefaultValueFactory = _ => "/var/lib/propolis" };
    static readonly Option<string> Images = new("--images") { Description = "Folder of boot images", DefaultValueFactory = _ => "/var/lib/propolis/images" };
    static readonly Option<string?> Volumes = new("--volumes") { Description = "Folder for file volumes with relative paths; 'volumes' in the data folder by default" };
    static readonly Option<string> Memory = new("--memory-folder") { Description = "Folder in memory, for volumes in memory", DefaultValueFactory = _ => "/dev/shm/propolis" };
    static readonly Option<string> Firmware = new("--firmware") { Description = "Image that starts VMs which name none", DefaultValueFactory = _ => "OVMF_CODE.fd" };
    static readonly Option<string> Ports = new("--ports") { Description = "Ports of propolis-servers, FIRST-LAST", DefaultValueFactory = _ => "12400-12999" };
    static readonly Option<string?> Server = new("--server") { Description = "The program propolis-server; beside this one by default" };
    static readonly Option<string?> Downstairs = new("--downstairs") { Description = "The program crucible-downstairs; beside this one by default" };
    static readonly Option<int?> Cpus = new("--cpus") { Description = "Virtual processors for guests; four times the machine's by default" };
    static readonly Option<long?> MemoryMb = new("--memory-mb") { Description = "Memory for guests in MiB; seven eighths of the machine's by default" };
    static readonly Option<int> Grace = new("--grace") { Description = "Seconds for an orderly stop before a VM is stopped at once", DefaultValueFactory = _ => 30 };

    /// <summary>The command.</summary>
    public static Command Build()
    {
        var command = new Command("run", "Runs the agent of one sled")
        {
            Sled, Listen, Address, Silo, Data, Images, Volumes, Memory, Firmware, Ports, Server, Downstairs, Cpus, MemoryMb, Grace,
        };
        command.SetAction(RunAsync);
        return command;
    }

    static async Task<int> RunAsync(ParseResult result, CancellationToken cancellation)
    {
        try
        {
            await AgentHost.RunAsync(Options(result), cancellation);
            return 0;
        }
        catch (Exception failure) when (failure is AgentException or IOException or UnauthorizedAccessException or FormatException)
        {
            await result.InvocationConfiguration.Error.WriteLineAsync($"propolis-agent: {failure.Message}");
            return failure is FormatException ? 2 : 1;
        }
    }

    /// <summary>The options of a command line.</summary>
    /// <exception cref="FormatException">One is wrong.</exception>
    internal static AgentOptions Options(ParseResult result) => new()
    {
        Sled = EntityId.TryParse<SledId>(result.GetValue(Sled), out var sled)
            ? sled
            : throw new FormatException($"--sled is \"{result.GetValue(Sled)}\"; it must be \"{SledId.Prefix}\" and then up to 64 of a-z, 0-9, '-', '_' and '.'"),
        Listen = IPEndPoint.TryParse(result.GetValue(Listen)!, out var listen)
            ? listen
            : throw new FormatException($"--listen is \"{result.GetValue(Listen)}\"; it must be IP:PORT"),
        Address = result.GetValue(Address) is { } address ? Web("--address", address) : null,
        Silos = [.. (result.GetValue(Silo) ?? []).Select(silo => Web("--silo", silo))],
        DataFolder = Path.GetFullPath(result.GetValue(Data)!),
        ImageFolder = Path.GetFullPath(result.GetValue(Images)!),
        VolumeFolder = result.GetValue(Volumes) is { } volumes ? Path.GetFullPath(volumes) : null,
        MemoryFolder = Path.GetFullPath(result.GetValue(Memory)!),
        Firmware = result.GetValue(Firmware)!,
        Ports = PortRange.Parse(result.GetValue(Ports)!),
        Server = result.GetValue(Server),
        Downstairs = result.GetValue(Downstairs),
        Cpus = Positive("--cpus", result.GetValue(Cpus)) is { } cpus ? (int)cpus : null,
        MemoryMb = Positive("--memory-mb", result.GetValue(MemoryMb)),
        Limits = new VmmLimits { Grace = TimeSpan.FromSeconds(Positive("--grace", result.GetValue(Grace))!.Value) },
    };

    static Uri Web(string option, string text) =>
        Uri.TryCreate(text, UriKind.Absolute, out var uri) && uri is { Scheme: "http" or "https", PathAndQuery: "/" }
            ? uri
            : throw new FormatException($"{option} is \"{text}\"; it must be http://IP:PORT");

    static long? Positive(string option, long? number) =>
        number is < 1 ? throw new FormatException($"{option} is {number}; it must be a whole number from 1") : number;
}
