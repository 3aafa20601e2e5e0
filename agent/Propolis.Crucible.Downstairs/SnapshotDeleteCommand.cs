using System.CommandLine;
using Propolis.Crucible.Extents;

namespace Propolis.Crucible.Downstairs.Program;

/// <summary><c>snapshot-delete</c>: removes a snapshot of a region, which may be served meanwhile.</summary>
static class SnapshotDeleteCommand
{
    public static Command Build()
    {
        var data = SharedOptions.Data();
        var name = new Option<string>("--name", "-n") { Description = "The snapshot's name", Required = true };
        var command = new Command("snapshot-delete", "Removes a snapshot of a region, if it is there; the region may be served meanwhile") { data, name };
        command.SetAction((result, _) => CommandErrors.GuardAsync(
            () =>
            {
                var paths = new RegionPaths(result.GetValue(data)!);
                return new FileSystemSnapshots(new HostFileTree(), new HostCloning()).Remove(paths, result.GetValue(name)!) is { } error
                    ? throw new RegionException(error.Text)
                    : Task.FromResult(0);
            },
            result.InvocationConfiguration.Error));
        return command;
    }
}
