using Propolis.Cli.Cluster;
using Propolis.Cli.Output;
using Propolis.Contracts.Instances;

namespace Propolis.Cli.Commands.Cluster;

/// <summary>An instance for people.</summary>
static class InstanceShow
{
    /// <summary>Writes it, or its JSON.</summary>
    public static Task WriteAsync(CommandContext context, InstanceView one) => context.Output.ValueAsync(one, to => TextTable.WritePairs(to,
        ("name", one.Name),
        ("id", one.Id.Value),
        ("project", one.Project),
        ("description", one.Description.Length > 0 ? one.Description : null),
        ("phase", $"{Words.Of(one.Phase)} for {Durations.Show(context.Clock.GetUtcNow() - one.PhaseSince)}"),
        ("wanted", Words.Of(one.Desired)),
        ("reason", one.Reason),
        ("sled", one.Sled?.Value),
        ("vmm", one.Vmm is { } vmm ? $"{Words.Of(vmm)}, incarnation {one.Incarnation}" : null),
        ("server", one.ServerAddress),
        ("cpus", $"{one.Cpus}"),
        ("memory", $"{one.MemoryMb} MiB"),
        ("boot", Boot(one)),
        ("volumes", one.Volumes.Count == 0 ? null : string.Join(", ", one.Volumes.Select(volume => $"{volume.Volume} as {volume.Backend}{(volume.Readonly ? " (read-only)" : "")}"))),
        ("restart", one.Restart is { } restart ? $"{Words.Of(restart.Mode)}, after {restart.CooldownSeconds} s, {restart.MaxRestarts} times in {restart.WindowSeconds} s" : null),
        ("sled loss", Words.Of(one.SledLoss)),
        ("created", $"{one.CreatedAt:u}")));

    static string? Boot(InstanceView one) => one.Boot switch
    {
        null => null,
        { Kernel: { } kernel } boot => $"{kernel}{(boot.Initrd is { } initrd ? $" with {initrd}" : "")}{(boot.Cmdline is { Length: > 0 } line ? $", \"{line}\"" : "")}",
        { Bootrom: var rom } => rom,
    };
}
