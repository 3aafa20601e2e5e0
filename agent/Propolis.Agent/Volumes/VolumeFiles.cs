using Propolis.Agent.Vmms;
using Propolis.Contracts.Agents;
using Propolis.Contracts.Specs;

namespace Propolis.Agent.Volumes;

/// <summary>
/// The files behind a sled's volumes. Those on disk are made once, sparse, and kept; those in memory (a memory file system) live as long as
/// their VMM.
/// </summary>
/// <param name="volumeFolder">Where relative paths lie.</param>
/// <param name="memoryFolder">A folder in memory.</param>
sealed class VolumeFiles(string volumeFolder, string memoryFolder)
{
    /// <summary>Makes what is missing, and gives the spec with its files in place.</summary>
    /// <exception cref="AgentException">A file cannot be made, or is too small.</exception>
    public InstanceSpec Prepare(VmmKey vmm, VmmEnsureRequest request)
    {
        var spec = VolumeRules.Place(request, volumeFolder, backend => MemoryFile(vmm, backend));
        foreach (var (path, size) in VolumeRules.Files(request, spec))
            Make(path, size);
        return spec;
    }

    /// <summary>Gives back the memory of a VMM that has ended.</summary>
    public void Release(VmmKey vmm)
    {
        if (!Directory.Exists(memoryFolder))
            return;
        foreach (var path in Directory.EnumerateFiles(memoryFolder, $"{MemoryPrefix(vmm)}*"))
            File.Delete(path);
    }

    static string MemoryPrefix(VmmKey vmm) => $"{vmm.Instance}_{vmm.Incarnation}_";

    // Keys are free text: their bytes as hexadecimal make names of them.
    string MemoryFile(VmmKey vmm, SpecKey backend) =>
        Path.Combine(memoryFolder, MemoryPrefix(vmm) + Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(System.Text.Encoding.UTF8.GetBytes(backend.Value)).AsSpan(0, 8)));

    void Make(string path, long size)
    {
        try
        {
            // Folders are made only where the agent owns them; elsewhere a missing folder is a mistake that a new one would hide.
            if (IsWithin(path, volumeFolder) || IsWithin(path, memoryFolder))
                Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            if (!File.Exists(path))
                MakeSparse(path, size);
            else if (new FileInfo(path) is { Length: var found } && found < size)
                throw new AgentException($"the volume's file {path} has {found} bytes, but the volume has {size}");
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new AgentException($"the volume's file {path} cannot be made: {failure.Message}", failure);
        }
    }

    static bool IsWithin(string path, string folder) => path.StartsWith(folder.TrimEnd('/') + "/", StringComparison.Ordinal);

    // Beside and moved: a file that is there has its size.
    static void MakeSparse(string path, long size)
    {
        var aside = path + ".new";
        using (var file = new FileStream(aside, FileMode.Create, FileAccess.Write, FileShare.None))
        {
            file.SetLength(size);
            file.Flush(flushToDisk: true);
        }
        File.Move(aside, path);
    }
}
