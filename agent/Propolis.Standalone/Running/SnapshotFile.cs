using Propolis.Vmm.Machine;
using Propolis.Vmm.Snapshots;

namespace Propolis.Standalone.Running;

/// <summary>Writes a paused machine to a file of its own, whole or not at all.</summary>
static class SnapshotFile
{
    /// <summary>Name of a machine's snapshot taken at a moment.</summary>
    public static string NameOf(string machine, DateTimeOffset now) => $"{machine}-{now.ToUnixTimeMilliseconds()}.snapshot";

    /// <summary>Writes beside <paramref name="path"/>, makes it durable and renames it there. Throws <see cref="IOException"/>; nothing is left then.</summary>
    public static void Write(string path, SnapshotHeader header, IReadOnlyDictionary<string, ReadOnlyMemory<byte>> files, MachineBody machine)
    {
        var partial = path + ".partial";
        try
        {
            using (var file = new FileStream(partial, FileMode.Create, FileAccess.Write, FileShare.None, 1 << 20))
            {
                SnapshotWriter.Write(file, header, machine.Export(), machine.Hardware.Vm.Memory, files: files);
                file.Flush(flushToDisk: true);
            }
            File.Move(partial, path, overwrite: true);
        }
        catch
        {
            File.Delete(partial);
            throw;
        }
    }
}
