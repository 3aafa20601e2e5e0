using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;
using Propolis.Vmm.Interop.Linux;
using Propolis.Vmm.Memory;

namespace Propolis.Vmm.Block.File;

/// <summary>
/// A disk in a file or on a block device of the host. Data moves straight between the file and guest memory; flush is fdatasync. A writable file is locked, so that two
/// machines never write to one.
/// </summary>
public sealed class FileBackend : IBlockBackend
{
    const int Eopnotsupp = 95;

    readonly FileBackendOptions _options;
    readonly SafeFileHandle _file;
    BlockWorkers? _workers;

    FileBackend(FileBackendOptions options, SafeFileHandle file, bool isDevice, ulong length)
    {
        _options = options;
        _file = file;
        Geometry = new BlockGeometry
        {
            BlockSize = options.BlockSize,
            BlockCount = length / options.BlockSize,
            ReadOnly = options.ReadOnly,
            CanDiscard = !options.ReadOnly && !isDevice,
            HasWriteCache = !options.SkipFlush && !options.ReadOnly,
        };
    }

    /// <inheritdoc/>
    public BlockGeometry Geometry { get; }

    /// <summary>What the guest has done with the disk.</summary>
    public BlockCounters Counters { get; } = new();

    /// <summary>Opens and locks the file. Throws <see cref="BlockBackendException"/> with a sentence that names it.</summary>
    public static FileBackend Open(FileBackendOptions options)
    {
        var file = OpenFile(options);
        try
        {
            Lock(options, file);
            var length = Measure(options, file, out var isDevice);
            if (length == 0) throw new BlockBackendException($"Disk file {options.Path} is empty.");
            if (length % options.BlockSize != 0)
                throw new BlockBackendException($"Disk file {options.Path} has {length} bytes, which is not a multiple of its block size {options.BlockSize}.");
            return new FileBackend(options, file, isDevice, length);
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public Task StartAsync(CancellationToken cancellation)
    {
        _workers ??= new BlockWorkers("disk", _options.Workers, CarryOut);
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public void Submit(BlockRequest request) => _workers!.Submit(request);

    /// <summary>Carries out what is queued and closes the file.</summary>
    public void Dispose()
    {
        _workers?.Dispose();
        _file.Dispose();
    }

    BlockStatus CarryOut(BlockRequest request)
    {
        var status = Execute(request);
        Counters.Count(request, status);
        return status;
    }

    BlockStatus Execute(BlockRequest request)
    {
        switch (request.Operation)
        {
            case BlockOperation.Read:
                return GuestTransfer.ReadFile(_file, request.Offset, request.Memory, request.Segments) is null ? BlockStatus.Success : BlockStatus.Failed;
            case BlockOperation.Flush:
                return _options.ReadOnly || _options.SkipFlush || LinuxLibrary.SyncData(_file) == 0 ? BlockStatus.Success : BlockStatus.Failed;
        }
        if (_options.ReadOnly) return BlockStatus.ReadOnly;
        return request.Operation switch
        {
            BlockOperation.Write => GuestTransfer.WriteFile(_file, request.Offset, request.Memory, request.Segments) is null ? BlockStatus.Success : BlockStatus.Failed,
            BlockOperation.Discard => Discard(request),
            _ => WriteZeroes(request),
        };
    }

    BlockStatus Discard(BlockRequest request)
    {
        const int mode = LinuxLibrary.FallocatePunchHole | LinuxLibrary.FallocateKeepSize;
        if (LinuxLibrary.Allocate(_file, mode, (long)request.Offset, (long)request.Length) == 0) return BlockStatus.Success;
        // A file system without holes keeps the data: a discard is only a hint.
        return Marshal.GetLastPInvokeError() == Eopnotsupp ? BlockStatus.Success : BlockStatus.Failed;
    }

    BlockStatus WriteZeroes(BlockRequest request)
    {
        const int mode = LinuxLibrary.FallocateZeroRange | LinuxLibrary.FallocateKeepSize;
        if (LinuxLibrary.Allocate(_file, mode, (long)request.Offset, (long)request.Length) == 0) return BlockStatus.Success;
        if (Marshal.GetLastPInvokeError() != Eopnotsupp) return BlockStatus.Failed;
        return WriteZeroBytes(request.Offset, request.Length);
    }

    BlockStatus WriteZeroBytes(ulong offset, ulong length)
    {
        Span<byte> zeroes = stackalloc byte[4096];
        zeroes.Clear();
        try
        {
            for (; length > 0;)
            {
                var part = zeroes[..(int)Math.Min((ulong)zeroes.Length, length)];
                RandomAccess.Write(_file, part, (long)offset);
                offset += (ulong)part.Length;
                length -= (ulong)part.Length;
            }
            return BlockStatus.Success;
        }
        catch (IOException)
        {
            return BlockStatus.Failed;
        }
    }

    static SafeFileHandle OpenFile(FileBackendOptions options)
    {
        try
        {
            // Sharing everything, .NET takes a shared lock only; it meets another machine's exclusive one here already.
            return System.IO.File.OpenHandle(options.Path, FileMode.Open, options.ReadOnly ? FileAccess.Read : FileAccess.ReadWrite, FileShare.ReadWrite | FileShare.Delete);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            var what = failure switch
            {
                FileNotFoundException or DirectoryNotFoundException => "does not exist",
                { HResult: LinuxLibrary.Eagain } => "is in use by another machine",
                UnauthorizedAccessException => "may not be opened by this user",
                _ => $"cannot be opened: {failure.Message.TrimEnd('.')}",
            };
            throw new BlockBackendException($"Disk file {options.Path} {what}.", failure);
        }
    }

    static void Lock(FileBackendOptions options, SafeFileHandle file)
    {
        var operation = (options.ReadOnly ? LinuxLibrary.LockShared : LinuxLibrary.LockExclusive) | LinuxLibrary.LockNonBlocking;
        if (LinuxLibrary.Lock(file, operation) != 0) throw new BlockBackendException($"Disk file {options.Path} is in use by another machine.");
    }

    static unsafe ulong Measure(FileBackendOptions options, SafeFileHandle file, out bool isDevice)
    {
        ulong bytes;
        // SAFETY: the kernel writes eight bytes into the local. Anything but a block device answers ENOTTY and is measured as a file.
        isDevice = LinuxLibrary.GetBlockDeviceSize(file, LinuxLibrary.BlockGetSize64, &bytes) == 0;
        if (isDevice) return bytes;
        var length = RandomAccess.GetLength(file);
        return length >= 0 ? (ulong)length : throw new BlockBackendException($"Disk file {options.Path} has no size.");
    }
}
