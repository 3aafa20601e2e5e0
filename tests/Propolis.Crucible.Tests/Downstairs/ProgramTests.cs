using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Propolis.Crucible.Wire;

namespace Propolis.Crucible.Tests.Downstairs;

/// <summary>The program as a user runs it.</summary>
public sealed class ProgramTests : IDisposable
{
    readonly string _root = Directory.CreateTempSubdirectory("crucible-program-").FullName;

    [Fact]
    public void Create_dump_and_verify_say_what_is_there()
    {
        var data = Path.Combine(_root, "r");
        var (code, output, error) = Run("create", "-d", data, "--extent-count", "3", "-u", "00112233-4455-6677-8899-aabbccddeeff");
        Assert.True(code == 0, error);
        Assert.Contains("3 extents of 100 blocks of 512 bytes", output);
        Assert.True(File.Exists(Path.Combine(data, "00/000/002")));
        (code, output, _) = Run("dump", "-d", data);
        Assert.Equal(0, code);
        Assert.Contains("00112233-4455-6677-8899-aabbccddeeff", output);
        (code, output, _) = Run("verify", "-d", data);
        Assert.Equal(0, code);
        Assert.Contains("300 blocks, 0 bad", output);
    }

    [Fact]
    public void An_imported_file_is_stored_and_a_flipped_byte_is_found()
    {
        var (data, image) = (Path.Combine(_root, "r"), Path.Combine(_root, "image"));
        File.WriteAllBytes(image, Golden.Counting(5000));
        Assert.Equal(0, Run("create", "-d", data, "-i", image).Code);
        Assert.Equal(0, Run("verify", "-d", data).Code);
        var file = Path.Combine(data, "00/000/000");
        var bytes = File.ReadAllBytes(file);
        Assert.Equal(Golden.Counting(5000), bytes[..5000]);
        bytes[1030] ^= 1;
        File.WriteAllBytes(file, bytes);
        var (code, output, _) = Run("verify", "-d", data);
        Assert.Equal(1, code);
        Assert.Contains("block 2 (extent 0): HashMismatch", output);
    }

    [Theory]
    [InlineData("is not a power of two", "create", "-d", "{0}", "--block-size", "1000")]
    [InlineData("holds no region", "run", "-d", "{0}")]
    [InlineData("holds no region", "dump", "-d", "{0}")]
    [InlineData("must be given together", "run", "-d", "{0}", "--cert-pem", "x")]
    [InlineData("is not ADDRESS:PORT", "clone", "-d", "{0}", "-s", "nowhere")]
    public void Wrong_input_gets_one_sentence_and_code_1(string expected, params string[] arguments)
    {
        var (code, _, error) = Run(arguments.Select(argument => argument.Replace("{0}", Path.Combine(_root, "x"))).ToArray());
        Assert.Equal(1, code);
        Assert.Contains(expected, error);
        Assert.Single(error.Trim().Split('\n'));
    }

    [Fact]
    public async Task Run_serves_and_clone_copies_from_a_read_only_one()
    {
        var (data, image, copy) = (Path.Combine(_root, "r"), Path.Combine(_root, "image"), Path.Combine(_root, "copy"));
        File.WriteAllBytes(image, Golden.Counting(100_000));
        Assert.Equal(0, Run("create", "-d", data, "-i", image).Code);
        var port = FreePort();
        using var server = Start("run", "-d", data, "-a", "127.0.0.1", "-p", $"{port}", "--mode", "ro");
        Assert.Contains($"127.0.0.1:{port}", await server.StandardOutput.ReadLineAsync());
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        SocketTransport.Connect(socket, new IPEndPoint(IPAddress.Loopback, port), TimeSpan.FromSeconds(30));
        using (var transport = new SocketTransport(socket))
        {
            var buffer = new FrameBuffer();
            buffer.Append(MessageKind.Ruok);
            transport.Send(buffer.Written);
            Assert.True(new FrameSource(transport).TryRead(out var answer));
            Assert.True(FrameReader.TryReadKind(answer, out var kind));
            Assert.Equal(MessageKind.Imok, kind);
        }

        var (code, _, error) = Run("create", "-d", copy, "--clone-source", $"127.0.0.1:{port + 4000}");
        Assert.True(code == 0, error);
        Assert.Equal(File.ReadAllBytes(Path.Combine(data, "00/000/000")), File.ReadAllBytes(Path.Combine(copy, "00/000/000")));
        Assert.Equal(0, Run("verify", "-d", copy).Code);
        server.Kill();
    }

    public void Dispose() => Directory.Delete(_root, recursive: true);

    static int FreePort()
    {
        for (var port = 21000; ; port += 7)
        {
            try
            {
                using var data = new TcpListener(IPAddress.Loopback, port);
                using var repair = new TcpListener(IPAddress.Loopback, port + 4000);
                data.Start();
                repair.Start();
                return port;
            }
            catch (SocketException)
            {
            }
        }
    }

    static Process Start(params string[] arguments) =>
        Process.Start(new ProcessStartInfo(Path.Combine(AppContext.BaseDirectory, "crucible-downstairs"), arguments)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;

    static (int Code, string Output, string Error) Run(params string[] arguments)
    {
        using var process = Start(arguments);
        var error = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, output, error.Result);
    }
}
