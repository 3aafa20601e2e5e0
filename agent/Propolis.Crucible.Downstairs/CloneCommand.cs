using System.CommandLine;
using System.Net;
using Propolis.Crucible.Extents;

namespace Propolis.Crucible.Downstairs.Program;

/// <summary><c>clone</c>: copies all extents of a read-only downstairs into a region of the same geometry.</summary>
static class CloneCommand
{
    public static Command Build()
    {
        var data = SharedOptions.Data();
        var source = new Option<string>("--source", "-s") { Description = "Repair address of a read-only downstairs", Required = true };
        var command = new Command("clone", "Copies another region into this one") { data, source };
        command.SetAction((result, cancellation) => CommandErrors.GuardAsync(
            async () =>
            {
                var text = result.GetValue(source)!;
                if (!IPEndPoint.TryParse(text, out var address))
                    throw new RegionException($"--source {text} is not ADDRESS:PORT");
                await CopyAsync(result.GetValue(data)!, address, cancellation);
                return 0;
            },
            result.InvocationConfiguration.Error));
        return command;
    }

    /// <summary>Copies; the definitions must be equal but for the id, which must differ.</summary>
    public static async Task CopyAsync(string directory, IPEndPoint source, CancellationToken cancellation)
    {
        using var http = new HttpClient { Timeout = TimeSpan.FromSeconds(15) };
        var files = new HostFileTree();
        var fetch = new ExtentFetch(http, files, TimeProvider.System);
        var (theirs, readOnly) = await fetch.DescribeAsync(source, cancellation);
        using var region = Region.Open(files, directory, readOnly: false);
        if (!readOnly)
            throw new RegionException($"{source} serves read-write; only a read-only downstairs stands still enough to be copied");
        if (!region.Definition.SameGeometry(theirs) || region.Definition.Uuid == theirs.Uuid)
            throw new RegionException($"{directory} and {source} must have the same geometry and different ids: {region.Definition}, {theirs}");
        for (uint extent = 0; extent < theirs.ExtentCount; extent++)
        {
            region.Close(extent);
            if (await fetch.FetchAsync(source, extent, region.Paths, ExtentLayout.Of(theirs), cancellation) is { } error)
                throw new RegionException(error.ToString());
            region.CommitRepair(extent);
        }
    }
}
