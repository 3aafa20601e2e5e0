using Microsoft.Win32.SafeHandles;
using Propolis.Crucible.Interop;

namespace Propolis.Crucible.Extents;

/// <summary>The files of this machine.</summary>
public sealed class HostFileTree : IFileTree
{
    /// <inheritdoc/>
    public bool Exists(string path) => Path.Exists(path);

    /// <inheritdoc/>
    public IReadOnlyList<string> List(string directory) => Directory.Exists(directory)
        ? Directory.EnumerateFileSystemEntries(directory).Select(path => Path.GetFileName(path)!).ToList()
        : [];

    /// <inheritdoc/>
    public void CreateDirectory(string path) => Directory.CreateDirectory(path);

    /// <inheritdoc/>
    public IRandomFile Open(string path, bool writable) => new HostFile(File.OpenHandle(
        path, FileMode.Open, writable ? FileAccess.ReadWrite : FileAccess.Read, FileShare.ReadWrite | FileShare.Delete));

    /// <inheritdoc/>
    public IRandomFile Create(string path) => new HostFile(File.OpenHandle(
        path, FileMode.CreateNew, FileAccess.ReadWrite, FileShare.ReadWrite | FileShare.Delete));

    /// <inheritdoc/>
    public void Rename(string from, string to)
    {
        if (Directory.Exists(from))
            Directory.Move(from, to);
        else
            File.Move(from, to, overwrite: true);
    }

    /// <inheritdoc/>
    public void Delete(string path)
    {
        if (Directory.Exists(path))
            Directory.Delete(path, recursive: true);
        else
            File.Delete(path);
    }

    /// <inheritdoc/>
    public void SyncDirectory(string path) => DirectorySync.Sync(path);

    sealed class HostFile(SafeFileHandle handle) : IRandomFile
    {
        public long Length => RandomAccess.GetLength(handle);

        public void Read(long offset, Span<byte> target)
        {
            while (!target.IsEmpty)
            {
                var count = RandomAccess.Read(handle, target, offset);
                if (count == 0)
                    throw new EndOfStreamException($"the file ends at {Length}, before {offset + target.Length}");
                target = target[count..];
                offset += count;
            }
        }

        public void Write(long offset, ReadOnlySpan<byte> source) => RandomAccess.Write(handle, source, offset);

        public void SetLength(long length) => RandomAccess.SetLength(handle, length);

        public void Sync() => RandomAccess.FlushToDisk(handle);

        public void Dispose() => handle.Dispose();
    }
}
