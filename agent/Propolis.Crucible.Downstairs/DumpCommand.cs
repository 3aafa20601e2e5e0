using System.CommandLine;
using Propolis.Crucible.Extents;

namespace Propolis.Crucible.Downstairs.Program;

/// <summary><c>dump</c>: prints what every extent holds; with several directories, which of them differ.</summary>
static class DumpCommand
{
    public static Command Build()
    {
        var data = new Option<string[]>("--data", "-d") { Description = "Directory of a region; may be given up to three times", Required = true };
        var extent = new Option<uint?>("--extent", "-e") { Description = "Only this extent" };
        var command = new Command("dump", "Prints generation, flush number and dirty bit of the extents") { data, extent };
        command.SetAction((result, _) => CommandErrors.GuardAsync(
            () => Task.FromResult(Dump(result.GetValue(data)!, result.GetValue(extent), result.InvocationConfiguration.Output)),
            result.InvocationConfiguration.Error));
        return command;
    }

    static int Dump(string[] directories, uint? only, TextWriter output)
    {
        var files = new HostFileTree();
        var regions = new List<Region>();
        try
        {
            foreach (var directory in directories)
                regions.Add(Region.Open(files, directory, readOnly: true));
            foreach (var region in regions)
            {
                var fence = region.Fence is { } held ? $", highest generation {held.Generation} of session {held.SessionId}" : "";
                output.WriteLine($"{region.Paths.Root}: {region.Definition.BlockCount} blocks of {region.Definition.BlockSize} bytes, id {region.Definition.Uuid}{fence}");
            }

            output.WriteLine("extent" + string.Concat(regions.Select(_ => $"{"gen",10}{"flush",10}  dirty")));
            for (var extent = only ?? 0; extent <= (only ?? (regions[0].Definition.ExtentCount - 1)); extent++)
                DumpExtent(regions, extent, output);
            return 0;
        }
        finally
        {
            regions.ForEach(region => region.Dispose());
        }
    }

    static void DumpExtent(List<Region> regions, uint extent, TextWriter output)
    {
        if (regions.Any(region => extent >= region.Definition.ExtentCount))
            throw new RegionException($"there is no extent {extent} in every region");
        var versions = regions.Select(region => region.VersionOf(extent)).ToList();
        var cells = versions.Select(version => $"{version.Generation,10}{version.FlushNumber,10}  {(version.Dirty ? "yes" : "no"),-5}");
        var damaged = regions.Sum(region => region.DamagedBlocks(extent).Count);
        output.WriteLine($"{extent,6}{string.Concat(cells)}{(versions.Distinct().Count() > 1 ? "  differ" : "")}{(damaged > 0 ? $"  {damaged} damaged" : "")}");
    }
}
