using System.CommandLine;
using Propolis.Crucible.Extents;

namespace Propolis.Crucible.Downstairs.Program;

/// <summary><c>verify</c>: reads every block and checks it against its stored hashes. Exit code 1 when one does not fit.</summary>
static class VerifyCommand
{
    public static Command Build()
    {
        var data = SharedOptions.Data();
        var command = new Command("verify", "Checks every block against its hash; the region must not be served meanwhile") { data };
        command.SetAction((result, _) => CommandErrors.GuardAsync(
            () => Task.FromResult(Verify(result.GetValue(data)!, result.InvocationConfiguration.Output)),
            result.InvocationConfiguration.Error));
        return command;
    }

    static int Verify(string directory, TextWriter output)
    {
        using var region = Region.Open(new HostFileTree(), directory, readOnly: true);
        var bad = 0L;
        for (ulong block = 0; block < region.Definition.BlockCount; block++)
        {
            if (region.CheckStored(block) is not { } problem)
                continue;
            bad++;
            output.WriteLine($"block {block} (extent {block / region.Definition.ExtentSize}): {problem}");
        }

        output.WriteLine($"{region.Definition.BlockCount} blocks, {bad} bad");
        return bad == 0 ? 0 : 1;
    }
}
