using System.CommandLine;
using Propolis.Cli.Cluster;
using Propolis.Contracts.Volumes;

namespace Propolis.Cli.Commands.Cluster;

/// <summary><c>volume create NAME --size 10G</c>.</summary>
sealed class VolumeCreateCommand : ICliCommand
{
    /// <inheritdoc/>
    public Command Build(CommandHost host)
    {
        var name = NameArgument.Needed("name", "its name in the project");
        var (project, key) = (ClusterOptions.Project(), ClusterOptions.Key());
        var kind = Words.Option<VolumeKind>("--kind", "where its blocks are (memory when absent)");
        var size = new Option<long>("--size")
        {
            Description = "its size: 512M, 10G, or bytes",
            Required = true,
            CustomParser = result => Sizes.TryParse(result.Tokens[0].Value, out var bytes) ? bytes : Wrong(result),
        };
        var blockSize = new Option<int>("--block-size") { Description = "bytes a block; 512 when absent", DefaultValueFactory = _ => 512 };
        var sled = new Option<string?>("--sled") { Description = "where the file is (kind file)" };
        var path = new Option<string?>("--path") { Description = "the file (kind file)" };
        var request = new Option<FileInfo?>("--request") { Description = "a file with the volume construction request (kind crucible)" };
        var encrypted = new Option<bool>("--encrypted") { Description = "encrypts its blocks with a key that only the cluster and the VM that opens it know (kind crucible)" };
        var command = new Command("create", "makes a volume") { name, project, key, kind, size, blockSize, sled, path, request, encrypted };
        command.SetAction(host.Action(async (context, stop) =>
        {
            using var client = context.SiloClient();
            var template = new VolumeTemplate
            {
                Project = context.Get(project),
                Name = context.Get(name),
                Kind = context.Get(kind) ?? VolumeKind.Memory,
                SizeBytes = context.Get(size),
                BlockSize = context.Get(blockSize),
                Sled = context.Get(sled) is { } text ? Finder.SledId(text) : null,
                Path = context.Get(path),
                Encrypted = context.Get(encrypted),
                RequestJson = context.Get(request) is { } file ? await File.ReadAllTextAsync(file.FullName, stop) : null,
            };
            await VolumeShow.WriteAsync(context, await client.ChangeAsync<VolumeView>(HttpMethod.Post, "/v1/volumes", template, context.Get(key), stop));
        }));
        return command;
    }

    static long Wrong(System.CommandLine.Parsing.ArgumentResult result)
    {
        result.AddError($"--size is '{result.Tokens[0].Value}'; it must be a size such as 512M or 10G, or bytes");
        return 0;
    }
}
