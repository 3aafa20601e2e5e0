using Propolis.Cli.Cluster;
using Propolis.Cli.Output;
using Propolis.Contracts.Volumes;

namespace Propolis.Cli.Commands.Cluster;

/// <summary>A volume for people.</summary>
static class VolumeShow
{
    /// <summary>Writes it, or its JSON.</summary>
    public static Task WriteAsync(CommandContext context, VolumeView one) => context.Output.ValueAsync(one, to =>
    {
        TextTable.WritePairs(to,
            ("name", one.Template.Name),
            ("id", one.Id.Value),
            ("project", one.Template.Project),
            ("kind", Words.Of(one.Template.Kind)),
            ("size", Sizes.Show(one.Template.SizeBytes)),
            ("block size", $"{one.Template.BlockSize}"),
            ("encrypted", one.Template.Encrypted ? "yes" : null),
            ("sled", one.Template.Sled?.Value),
            ("path", one.Template.Path),
            ("generation", $"{one.Generation}"),
            ("holder", one.Holder is { } holder ? $"{holder.Instance} incarnation {holder.Incarnation}" : null),
            ("created", $"{one.CreatedAt:u}"));
        foreach (var region in one.Regions)
            to.WriteLine($"  region {region.Region} on {region.Sled}: {Words.Of(region.State)}");
        foreach (var checkout in one.History)
            to.WriteLine($"  generation {checkout.Generation} at {checkout.At:u}: {checkout.Holder.Instance} incarnation {checkout.Holder.Incarnation}, {checkout.Reason}");
    });
}
