from benchmarks.identity.run import main

main()
