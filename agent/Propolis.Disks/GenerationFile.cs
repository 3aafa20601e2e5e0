using System.Text.Json;
using Propolis.Crucible.Extents;
using Propolis.Crucible.Upstairs;
using Propolis.Crucible.Volumes;
using Propolis.Vmm.Block;

namespace Propolis.Disks;

/// <summary>
/// The generations that one machine without a cluster has opened its disks with, kept in a small file beside its configuration. A number is durable before it is used
/// and used once. It follows the clock where it can, so that a lost file does no harm, and the last number where the clock went back.
/// </summary>
public sealed class GenerationFile(string path, IFileTree files, TimeProvider clock)
{
    readonly Lock _gate = new();

    /// <summary>The file's name for a configuration.</summary>
    public static string PathFor(string configuration) => configuration + ".generations";

    /// <summary>Takes the next generation of a disk.</summary>
    /// <exception cref="BlockBackendException">The file cannot be read or written; nothing was given out.</exception>
    public ulong Next(string disk)
    {
        lock (_gate)
        {
            var generations = Read();
            var last = generations.GetValueOrDefault(disk);
            if (last >= long.MaxValue)
                throw new BlockBackendException($"Disk {disk} has used up its generations in {path}.");
            var next = Math.Max(last + 1, (ulong)Math.Max(clock.GetUtcNow().ToUnixTimeSeconds(), 1));
            generations[disk] = next;
            Write(generations);
            return next;
        }
    }

    /// <summary>Answers whether a generation of a disk is still the newest that was given out.</summary>
    public ILeaseOwner OwnerOf(string disk) => new Owner(this, disk);

    SortedDictionary<string, ulong> Read()
    {
        try
        {
            var text = DurableText.Read(files, path);
            return text is null ? [] : JsonSerializer.Deserialize<SortedDictionary<string, ulong>>(text) ?? [];
        }
        catch (JsonException wrong)
        {
            throw new BlockBackendException($"{path}, which keeps the generations of Crucible disks, is damaged; restore it, or remove it to start over from the clock.", wrong);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new BlockBackendException($"{path}, which keeps the generations of Crucible disks, cannot be read: {failure.Message}", failure);
        }
    }

    void Write(SortedDictionary<string, ulong> generations)
    {
        try
        {
            DurableText.Replace(files, path, JsonSerializer.Serialize(generations) + "\n");
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new BlockBackendException($"{path}, which keeps the generations of Crucible disks, cannot be written: {failure.Message}", failure);
        }
    }

    sealed class Owner(GenerationFile file, string disk) : ILeaseOwner
    {
        public Task<LeaseAnswer> AskAsync(ulong generation, CancellationToken cancellation)
        {
            try
            {
                lock (file._gate)
                    return Task.FromResult(file.Read().GetValueOrDefault(disk) > generation ? LeaseAnswer.Lost : LeaseAnswer.Held);
            }
            catch (BlockBackendException)
            {
                return Task.FromResult(LeaseAnswer.Unknown);
            }
        }
    }
}
