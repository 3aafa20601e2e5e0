using Microsoft.Win32.SafeHandles;
using Propolis.Vmm.Firmware;

namespace Propolis.Vmm.Devices.Flash;

/// <summary>
/// The file that keeps a flash chip's cells: their bytes and nothing else, so that other emulators read it too. Writes go in place, in the order of the guest's
/// operations and synced at the end of each sequence: a power failure cuts off at some operation, which is what a flash chip does and what UEFI's
/// fault-tolerant writes expect. Locked against a second machine.
/// </summary>
public sealed class FlashFile : IDisposable
{
    readonly SafeFileHandle _file;

    /// <summary>Takes over an open file whose cells have been read.</summary>
    internal FlashFile(SafeFileHandle file, string path, byte[] contents)
    {
        _file = file;
        Path = path;
        Contents = contents;
    }

    /// <summary>Where it is.</summary>
    public string Path { get; }

    /// <summary>The cells as they were found on opening.</summary>
    public ReadOnlyMemory<byte> Contents { get; }

    /// <summary>
    /// Opens a file, made from <paramref name="template"/> when it is missing: complete or not at all. Throws <see cref="FirmwareException"/>, also when the file is missing and the
    /// template is empty.
    /// </summary>
    public static FlashFile Open(string path, ReadOnlySpan<byte> template)
    {
        try
        {
            if (!File.Exists(path)) Create(path, template);
            var file = File.OpenHandle(path, FileMode.Open, FileAccess.ReadWrite, FileShare.None);
            try
            {
                return new FlashFile(file, path, ReadAll(file, path));
            }
            catch
            {
                file.Dispose();
                throw;
            }
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new FirmwareException($"The variable store {path} cannot be opened: {failure.Message}", failure);
        }
    }

    /// <summary>Writes bytes in place. False when the file system refuses (a full disk).</summary>
    public bool TryWrite(int offset, ReadOnlySpan<byte> bytes)
    {
        try
        {
            RandomAccess.Write(_file, bytes, offset);
            return true;
        }
        catch (IOException)
        {
            return false;
        }
    }

    /// <summary>Makes what was written survive a power failure. False when the file system says that it is lost.</summary>
    public bool TrySync()
    {
        try
        {
            RandomAccess.FlushToDisk(_file);
            return true;
        }
        catch (IOException)
        {
            return false;
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _file.Dispose();

    static byte[] ReadAll(SafeFileHandle file, string path)
    {
        var length = RandomAccess.GetLength(file);
        if (length is 0 or > (long)MemoryLayout.MaxBootRomLength || length % FlashChip.BlockLength != 0)
            throw new FirmwareException($"The variable store {path} has {length} bytes; a copy of OVMF_VARS.fd is needed.");
        var contents = new byte[length];
        for (var at = 0; at < contents.Length;)
        {
            var count = RandomAccess.Read(file, contents.AsSpan(at), at);
            if (count == 0) throw new FirmwareException($"The variable store {path} is being changed by somebody.");
            at += count;
        }
        return contents;
    }

    static void Create(string path, ReadOnlySpan<byte> template)
    {
        if (template.IsEmpty) throw new FirmwareException($"The variable store {path} does not exist; copy the firmware's OVMF_VARS.fd there.");
        var partial = path + ".new";
        using (var file = File.OpenHandle(partial, FileMode.Create, FileAccess.Write, FileShare.None))
        {
            RandomAccess.Write(file, template, 0);
            RandomAccess.FlushToDisk(file);
        }
        File.Move(partial, path);
    }
}
