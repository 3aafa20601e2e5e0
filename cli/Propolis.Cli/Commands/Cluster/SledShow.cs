using Propolis.Cli.Cluster;
using Propolis.Cli.Output;
using Propolis.Contracts.Sleds;

namespace Propolis.Cli.Commands.Cluster;

/// <summary>A sled for people.</summary>
static class SledShow
{
    /// <summary>Writes it, or its JSON.</summary>
    public static Task WriteAsync(CommandContext context, SledView one) => context.Output.ValueAsync(one, to =>
    {
        TextTable.WritePairs(to,
            ("id", one.Id.Value),
            ("address", one.Address),
            ("hypervisor", one.Hypervisor),
            ("model", one.Model.Length > 0 ? one.Model : null),
            ("serial", one.Serial.Length > 0 ? one.Serial : null),
            ("policy", Words.Of(one.Policy)),
            ("health", Words.Of(one.Health)),
            ("heard", one.LastHeard is { } heard ? $"{Durations.Show(context.Clock.GetUtcNow() - heard)} ago" : null),
            ("cpus", $"{one.Reserved.Cpus} of {one.Capacity.Cpus}"),
            ("memory", $"{one.Reserved.MemoryMb} of {one.Capacity.MemoryMb} MiB"));
        foreach (var taken in one.Reservations) to.WriteLine($"  {taken.Instance} incarnation {taken.Incarnation}: {taken.Cpus} cpus, {taken.MemoryMb} MiB");
    });
}
