using System.CommandLine;
using System.Net;
using Propolis.Crucible.Extents;
using Propolis.Crucible.Wire;

namespace Propolis.Crucible.Downstairs.Program;

/// <summary><c>create</c>: makes a region, empty, from a file or from another downstairs.</summary>
static class CreateCommand
{
    public static Command Build()
    {
        var data = SharedOptions.Data();
        var blockSize = new Option<ulong>("--block-size") { Description = "Bytes of a block", DefaultValueFactory = _ => 512 };
        var extentSize = new Option<ulong>("--extent-size") { Description = "Blocks of an extent", DefaultValueFactory = _ => 100 };
        var extentCount = new Option<uint>("--extent-count") { Description = "Extents of the region", DefaultValueFactory = _ => 15 };
        var import = new Option<string?>("--import-path", "-i") { Description = "File to fill the region from" };
        var uuid = new Option<Guid?>("--uuid", "-u") { Description = "Id of the region; a random one if not given" };
        var encrypted = new Option<bool>("--encrypted") { Description = "Expect an encryption context with every block" };
        var clone = new Option<string?>("--clone-source") { Description = "Repair address of a read-only downstairs to copy" };
        var command = new Command("create", "Makes a region") { data, blockSize, extentSize, extentCount, import, uuid, encrypted, clone };
        command.SetAction((result, cancellation) => CommandErrors.GuardAsync(
            async () =>
            {
                var definition = new RegionDefinition(
                    result.GetValue(blockSize), result.GetValue(extentSize), result.GetValue(extentCount),
                    result.GetValue(uuid) ?? new Guid(System.Security.Cryptography.RandomNumberGenerator.GetBytes(16)),
                    result.GetValue(encrypted));
                await CreateAsync(
                    result.GetValue(data)!, definition, result.GetValue(import), result.GetValue(clone), result.InvocationConfiguration.Output, cancellation);
                return 0;
            },
            result.InvocationConfiguration.Error));
        return command;
    }

    static async Task CreateAsync(
        string directory, RegionDefinition definition, string? import, string? clone, TextWriter output, CancellationToken cancellation)
    {
        if (import is not null && clone is not null)
            throw new RegionException("--import-path and --clone-source cannot be used together");
        if (import is not null)
            RegionImport.Check(definition, import);
        var files = new HostFileTree();
        Region.Create(files, directory, definition);
        if (import is not null)
            RegionImport.Fill(files, directory, import);
        if (clone is not null)
            await CloneCommand.CopyAsync(directory, IPEndPoint.Parse(clone), cancellation);
        await output.WriteLineAsync(
            $"created {directory}: {definition.ExtentCount} extents of {definition.ExtentSize} blocks of {definition.BlockSize} bytes, id {definition.Uuid}");
    }
}
